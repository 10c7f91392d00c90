import { escapeRegex } from "#core/values";

/** Placeholders of the transcripts, by how they begin. */
const kinds: readonly (readonly [start: RegExp, pattern: string])[] = [
  [/^help text$/, "[\\s\\S]*?"],
  [/^time/, "\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d(?:\\.\\d+)?(?:Z|[+-]\\d\\d:?\\d\\d)"],
  [/^ns-time/, "\\S+"],
  [/^ago/, "(?:\\d+(?:y|mo|d|h|m|s))+ (?:ago|from now)|now"],
  [/^addr/, "[\\w.:\\[\\]]+:\\d+"],
  [/^(?:index|port|number|seconds)/, "\\d+"],
  [/^path/, "/\\S*"],
  [/^version/, "\\d+\\.\\d+\\.\\d+[\\w.+-]*"],
  [/^duration/, "(?:\\d+(?:\\.\\d+)?(?:h|ms|m|s|µs|us|ns))+"],
  [/^used/, "[\\d.]+(?: ?[KMGT]?i?B)?"],
  [/^(?:value|size|os|hex|jwt)/, "\\S.*?"],
  [/^list/, ".*?"],
];

const LABELLED = /^(alloc|eval-|node-|depl-|id---|vol--|pol--)\w*?(-*)$/;

/** Whether a text is what a transcript expects; labels stand for the same id in all texts of one transcript. */
export class Expectation {
  readonly #ids = new Map<string, string>();

  /** The first difference, or undefined. */
  differs(expected: string, actual: string): string | undefined {
    const labels: string[] = [];
    const pattern = this.#pattern(normalise(expected), labels);
    const found = new RegExp(`^${pattern}$`).exec(normalise(actual));
    if (!found) return `expected\n${expected}\ngot\n${actual}`;
    for (const [at, label] of labels.entries()) {
      const refusal = this.#bind(label, found[at + 1] as string);
      if (refusal !== undefined) return refusal;
    }
    return undefined;
  }

  #pattern(text: string, labels: string[]): string {
    let pattern = "";
    let end = 0;
    for (const hole of text.matchAll(/<([a-z][\w -]*?)>/g)) {
      const piece = this.#hole(hole[1] as string, labels);
      if (piece === undefined) continue;
      pattern += escapeRegex(text.slice(end, hole.index)) + piece;
      end = hole.index + hole[0].length;
    }
    return pattern + escapeRegex(text.slice(end));
  }

  #hole(name: string, labels: string[]): string | undefined {
    const labelled = LABELLED.exec(name);
    if (labelled) {
      const isFull = name.length > 10;
      labels.push(`${name.replace(/-+$/, "")} ${isFull ? "full" : "short"}`);
      return isFull ? "([0-9a-f]{8}-[0-9a-f-]{27})" : "([0-9a-f]{8})";
    }
    const pattern = kinds.find(([start]) => start.test(name))?.[1];
    // Or the word itself, as in `one argument: <path>`.
    return pattern === undefined ? undefined : `(?:${pattern}|<${name}>)`;
  }

  /** The same label is the same id, short or long. */
  #bind(label: string, id: string): string | undefined {
    const name = label.split(" ")[0] as string;
    const known = this.#ids.get(name);
    if (known === undefined || known.startsWith(id)) {
      if (known === undefined) this.#ids.set(name, id);
      return undefined;
    }
    if (!id.startsWith(known)) return `<${name}> stands for ${known}, got ${id}`;
    this.#ids.set(name, id);
    return undefined;
  }
}

/** The width of columns follows ages and sizes, so runs of blanks count as two; ends of lines do not count. */
function normalise(text: string): string {
  return text
    .split("\n")
    .map((line) => line.replace(/(\S) {2,}/g, "$1  ").trimEnd())
    .join("\n")
    .replace(/\n+$/, "");
}
