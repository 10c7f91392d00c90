import { type Diagnostic, hasErrors } from "./diagnostic.ts";
import { type FormatLine, type FormatToken, formatLines } from "./format-lines.ts";
import { countGraphemes } from "./graphemes.ts";
import { parseHcl } from "./parse.ts";

export interface Formatted {
  /** Absent when the text does not parse. */
  readonly text?: string;
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * The text in canonical form: two columns of indentation for each level, one space between tokens, the equals signs and
 * trailing comments of neighbouring lines aligned. Comments, blank lines, strings and heredocs stay as they are; applying
 * it again changes nothing. The JSON syntax is left alone.
 */
export function formatHcl(text: string, file: string): Formatted {
  const { source, diagnostics, body } = parseHcl(text, file);
  if (hasErrors(diagnostics)) return { diagnostics };
  if (body.kind === "json") return { text, diagnostics };
  const lines = indented(formatLines(source));
  return { text: joined(alignComments(alignEquals(lines))), diagnostics };
}

interface LaidLine {
  readonly indent: number;
  /** What stands before the equals sign, or everything when there is none. */
  readonly head: string;
  /** From the equals sign on; empty without one. */
  readonly tail: string;
  readonly comment: string;
  readonly end: string;
  /** Further lines follow that belong to the value. */
  readonly isOpen: boolean;
}

const openers = new Set(["{", "[", "("]);
const closers = new Set(["}", "]", ")"]);
const INDENT = 2;

/**
 * A line that opens brackets indents what follows by one level, however many it opens; the line that closes them steps
 * back, if it begins with a closer.
 */
function indented(lines: readonly FormatLine[]): LaidLine[] {
  const levels: number[] = [];
  return lines.map((line) => {
    let leading = 0;
    while (closers.has(line.tokens[leading]?.kind ?? "")) leading += 1;
    const before = levels.reduce((sum, level) => sum + level, 0);
    const closedFirst = levels.slice(Math.max(0, levels.length - leading)).reduce((sum, level) => sum + level, 0);
    const isOpen = applyBrackets(line.tokens, levels);
    return layLine(line, before - closedFirst, isOpen);
  });
}

/** Pops what the line closes and pushes what it opens: the first new bracket carries the indentation. */
function applyBrackets(tokens: readonly FormatToken[], levels: number[]): boolean {
  let opened = 0;
  for (const { kind } of tokens) {
    if (openers.has(kind)) {
      levels.push(0);
      opened += 1;
    } else if (closers.has(kind)) {
      levels.pop();
      opened = Math.max(0, opened - 1);
    }
  }
  if (opened > 0) levels[levels.length - opened] = 1;
  return opened > 0;
}

function layLine({ tokens, end }: FormatLine, level: number, isOpen: boolean): LaidLine {
  const last = tokens.at(-1);
  const hasComment = last?.kind === "comment" && tokens.length > 1;
  const code = hasComment ? tokens.slice(0, -1) : tokens;
  const at = equalsAt(code);
  const head = at === -1 ? code : code.slice(0, at);
  return {
    indent: level * INDENT,
    head: spaced(head),
    tail: at === -1 ? "" : spaced(code.slice(at)),
    comment: hasComment ? last.text : "",
    end,
    isOpen,
  };
}

/** The equals sign of the line's own argument or attribute. */
function equalsAt(tokens: readonly FormatToken[]): number {
  let depth = 0;
  for (const [index, { kind }] of tokens.entries()) {
    if (openers.has(kind)) depth += 1;
    else if (closers.has(kind)) depth -= 1;
    else if (kind === "=" && depth === 0) return index;
    if (depth < 0) return -1;
    if (kind === "{" && depth === 1) return -1;
  }
  return -1;
}

function spaced(tokens: readonly FormatToken[]): string {
  let text = "";
  let isUnary = false;
  for (const [index, token] of tokens.entries()) {
    const before = tokens[index - 1];
    if (before !== undefined && needsSpace(before, token, isUnary, tokens[index + 1])) text += " ";
    else if (wouldBecomeFraction(tokens, index)) text += " ";
    isUnary = (token.kind === "-" || token.kind === "!") && (before === undefined || !endsOperand(before));
    text += token.text;
  }
  return text;
}

/** `12. 50` indexes a number, which is nonsense but not 12.50. */
function wouldBecomeFraction(tokens: readonly FormatToken[], index: number): boolean {
  const kinds = [3, 2, 1, 0].map((back) => tokens[index - back]?.kind);
  return kinds[3] === "number" && kinds[2] === "." && kinds[1] === "number" && kinds[0] !== ".";
}

const keywords = new Set(["for", "in", "if"]);

/** Whether a token can be the end of a value, so that what follows continues it. */
function endsOperand({ kind, text }: FormatToken): boolean {
  if (kind === "identifier") return !keywords.has(text);
  return kind === "number" || kind === "quote" || kind === "heredoc" || kind === ")" || kind === "]" || kind === "}";
}

function needsSpace(
  before: FormatToken,
  token: FormatToken,
  isUnary: boolean,
  after: FormatToken | undefined,
): boolean {
  if (before.kind === "comment" || token.kind === "comment") return true;
  if (isUnary || before.kind === "." || before.kind === "(" || before.kind === "[") return false;
  switch (token.kind) {
    case ",":
    case ")":
    case "]":
    case "...":
      return false;
    case ".":
      return false;
    case "(":
      return before.kind !== "identifier" || keywords.has(before.text);
    case "[":
      return !endsOperand(before);
    case "*":
      // A splat stands between the brackets or behind a dot, which was decided above.
      return after?.kind !== undefined;
    case "}":
      return before.kind !== "{";
    default:
      return true;
  }
}

/** Equals signs of neighbouring lines stand in one column; a value over several lines ends its group. */
function alignEquals(lines: readonly LaidLine[]): LaidLine[] {
  return inGroups(
    lines,
    (line) => line.tail !== "",
    (previous, line) => !previous.isOpen && previous.indent === line.indent && !previous.tail.includes("\n"),
    (group) => {
      const width = Math.max(...group.map((line) => countGraphemes(line.head)));
      return group.map((line) => ({
        ...line,
        head: `${line.head}${" ".repeat(width - countGraphemes(line.head))} ${line.tail}`,
        tail: "",
      }));
    },
  );
}

/** Trailing comments of neighbouring lines stand in one column. */
function alignComments(lines: readonly LaidLine[]): LaidLine[] {
  const widthOf = (line: LaidLine): number => line.indent + countGraphemes(lastLine(line.head));
  return inGroups(
    lines,
    (line) => line.comment !== "",
    () => true,
    (group) => {
      const width = Math.max(...group.map(widthOf));
      return group.map((line) => ({
        ...line,
        head: `${line.head}${" ".repeat(width - widthOf(line))} ${line.comment}`,
        comment: "",
      }));
    },
  );
}

function lastLine(text: string): string {
  return text.slice(text.lastIndexOf("\n") + 1);
}

/** Runs `lay` on each run of neighbouring lines that qualify and belong together. */
function inGroups(
  lines: readonly LaidLine[],
  qualifies: (line: LaidLine) => boolean,
  belongs: (previous: LaidLine, line: LaidLine) => boolean,
  lay: (group: readonly LaidLine[]) => readonly LaidLine[],
): LaidLine[] {
  const result: LaidLine[] = [];
  let group: LaidLine[] = [];
  const flush = (): void => {
    if (group.length > 0) result.push(...lay(group));
    group = [];
  };
  for (const line of lines) {
    const previous = group.at(-1);
    if (!qualifies(line) || (previous !== undefined && !belongs(previous, line))) flush();
    if (qualifies(line)) group.push(line);
    else result.push(line);
  }
  flush();
  return result;
}

/** Without blank lines at the beginning and the end. */
function joined(lines: readonly LaidLine[]): string {
  const isBlank = (line: LaidLine | undefined): boolean => line !== undefined && line.head === "";
  let [first, last] = [0, lines.length];
  while (isBlank(lines[first])) first += 1;
  while (last > first && isBlank(lines[last - 1])) last -= 1;
  const shown = lines.slice(first, last);
  return shown.map(({ indent, head, end }) => (head === "" ? end : `${" ".repeat(indent)}${head}${end}`)).join("");
}
