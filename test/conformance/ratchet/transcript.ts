/** A command of a transcript with what it printed, and what is done around it. */
export type TranscriptItem =
  | {
      readonly kind: "command";
      readonly command: string;
      readonly stdout: string;
      readonly stderr: string;
      readonly exit: number;
    }
  | { readonly kind: "wait"; readonly path: string; readonly route: string; readonly value: string }
  | { readonly kind: "let"; readonly name: string; readonly path: string; readonly route: string };

export interface Transcript {
  readonly configs: readonly string[];
  /** Nothing listens where the commands look. */
  readonly withoutAgent: boolean;
  readonly items: readonly TranscriptItem[];
}

export function parseTranscript(text: string): Transcript {
  const lines = text.split("\n");
  const agent = /^# agent: (.*)$/m.exec(text)?.[1] ?? "default";
  const items: TranscriptItem[] = [];
  for (let at = 0; at < lines.length; at++) {
    const line = lines[at] as string;
    const wait = /^# wait until (\S+) of GET (\S+) is (.*)$/.exec(line);
    const set = /^# let (\w+) be (\S+) of GET (\S+)$/.exec(line);
    if (wait) items.push({ kind: "wait", path: wait[1] as string, route: wait[2] as string, value: wait[3] as string });
    else if (set) items.push({ kind: "let", name: set[1] as string, path: set[2] as string, route: set[3] as string });
    else if (line.startsWith("$ ")) {
      const end = lines.findIndex((each, index) => index > at && /^\[exit \d+\]$/.test(each));
      items.push(commandOf(line.slice(2), lines.slice(at + 1, end), Number(/\d+/.exec(lines[end] as string)?.[0])));
      at = end;
    }
  }
  return { configs: agent.split(" + ").map((name) => name.trim()), withoutAgent: agent.startsWith("none"), items };
}

function commandOf(command: string, printed: readonly string[], exit: number): TranscriptItem {
  const split = printed.indexOf("[stderr]");
  const stdout = split === -1 ? printed : printed.slice(0, split);
  const stderr = split === -1 ? [] : printed.slice(split + 1);
  return { kind: "command", command, stdout: stdout.join("\n"), stderr: stderr.join("\n"), exit };
}
