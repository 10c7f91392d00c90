import { ScriptedCluster } from "./scripted-cluster.ts";

/**
 * A transcript: comments (`#`), the line `cluster a b c [+ d e]`, then commands (`> …`) each followed by what happened.
 * Running it gives the same text again, or the cluster behaves differently.
 */
export function replayTranscript(text: string): string {
  const lines: string[] = [];
  let cluster: ScriptedCluster | undefined;
  for (const line of text.split("\n")) {
    if (line.startsWith("#") || line === "") lines.push(line);
    if (line.startsWith("cluster ")) {
      lines.push(line);
      cluster = clusterOf(line.slice("cluster ".length));
    }
    if (!line.startsWith("> ")) continue;
    if (cluster === undefined) throw new Error("a transcript begins with its cluster");
    lines.push(line, ...cluster.perform(line.slice(2)).map((happened) => `  ${happened}`));
  }
  return lines.join("\n");
}

function clusterOf(words: string): ScriptedCluster {
  const [voters = "", others = ""] = words.split("+").map((part) => part.trim());
  return new ScriptedCluster(voters.split(" "), others === "" ? [] : others.split(" "));
}
