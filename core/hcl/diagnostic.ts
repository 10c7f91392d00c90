import { nearest } from "#core/base";
import { graphemes } from "./graphemes.ts";
import type { Range, Source, Span } from "./source.ts";

export type Severity = "error" | "warning";

/** One problem of a text, as data: `summary` names it, `detail` explains it, `range` says where it is. */
export interface Diagnostic {
  readonly severity: Severity;
  readonly summary: string;
  readonly detail: string;
  /** Absent when the problem has no place, such as a value from the command line. */
  readonly range?: Range;
  /** The text of the line where the range begins. */
  readonly line?: string;
  /** What would have been right here, if that can be listed. */
  readonly expected?: readonly string[];
  /** The known name nearest to the one that was written. */
  readonly suggestion?: string;
  /** What compatible programs say and match, where it is known to differ from our own words. */
  readonly compatible?: CompatibleText;
}

export interface CompatibleText {
  /** `summary; detail`. */
  readonly text: string;
  /** What stands before it in place of the range, such as `<nil>: `. */
  readonly place?: string;
}

export interface DiagnosticExtra {
  readonly severity?: Severity;
  readonly expected?: readonly string[];
  /** The name that was not known; with `expected` gives the suggestion. */
  readonly unknown?: string;
  /** `summary; detail` of compatible programs. */
  readonly compatible?: string;
}

/** More than these problems in one file help nobody; the rest is dropped. */
export const DIAGNOSTICS_MAX = 100;

/** Collects the problems of one source. */
export class Diagnostics {
  readonly source: Source;
  readonly list: Diagnostic[] = [];

  constructor(source: Source) {
    this.source = source;
  }

  add(span: Span, summary: string, detail: string, extra: DiagnosticExtra = {}): void {
    if (this.list.length >= DIAGNOSTICS_MAX) return;
    const range = this.source.range(span);
    const suggestion = extra.unknown === undefined ? undefined : nearest(extra.unknown, extra.expected ?? []);
    this.list.push({
      severity: extra.severity ?? "error",
      summary,
      detail,
      range,
      line: this.source.line(range.start.line),
      ...(extra.expected === undefined ? {} : { expected: extra.expected }),
      ...(suggestion === undefined ? {} : { suggestion }),
      ...(extra.compatible === undefined ? {} : { compatible: { text: extra.compatible } }),
    });
  }

  get hasErrors(): boolean {
    return hasErrors(this.list);
  }

  /** Ordered by place, as a reader meets them; those without a place come first. */
  sorted(): Diagnostic[] {
    return this.list.toSorted((a, b) => (a.range?.start.offset ?? -1) - (b.range?.start.offset ?? -1));
  }
}

export function hasErrors(diagnostics: readonly Diagnostic[]): boolean {
  return diagnostics.some((diagnostic) => diagnostic.severity === "error");
}

/** `file:line,column-column: Summary; detail`, on one line. */
export function diagnosticLine(diagnostic: Diagnostic): string {
  return `${placeText(diagnostic)}${ownText(diagnostic)}`;
}

/** The same in the words of compatible programs, where they are known. */
export function compatibleLine(diagnostic: Diagnostic): string {
  const { compatible, range } = diagnostic;
  const place = compatible?.place ?? (range === undefined ? "<nil>: " : placeText(diagnostic));
  return `${place}${compatible?.text ?? ownText(diagnostic)}`;
}

function ownText(diagnostic: Diagnostic): string {
  return `${diagnostic.summary}; ${diagnostic.detail}${suggestionText(diagnostic)}`;
}

function placeText({ range }: Diagnostic): string {
  if (range === undefined) return "";
  const { file, start, end } = range;
  const last = start.line === end.line ? `${end.column}` : `${end.line},${end.column}`;
  return `${file}:${start.line},${start.column}-${last}: `;
}

function suggestionText({ suggestion }: Diagnostic): string {
  return suggestion === undefined ? "" : ` Did you mean "${suggestion}"?`;
}

/**
 * The problem for a person: severity and summary, the place, the source line with the range underlined, the detail and
 * what was expected. Control characters of the source are shown as spaces.
 */
export function renderDiagnostic(diagnostic: Diagnostic): string {
  const title = diagnostic.severity === "error" ? "Error" : "Warning";
  const lines = [`${title}: ${diagnostic.summary}`, ""];
  if (diagnostic.range !== undefined) lines.push(...renderPlace(diagnostic.range, diagnostic.line ?? ""), "");
  lines.push(`${diagnostic.detail}${suggestionText(diagnostic)}`);
  if (diagnostic.suggestion === undefined && diagnostic.expected !== undefined && diagnostic.expected.length > 0)
    lines.push(`Expected ${oneOf(diagnostic.expected)}.`);
  return `${lines.join("\n")}\n`;
}

/** Columns of a source line that are shown; of a longer line, the part around the mistake. */
const LINE_SHOWN_MAX = 160;
const SHOWN_BEFORE = 40;

function renderPlace(range: Range, line: string): string[] {
  const number = String(range.start.line);
  const gutter = " ".repeat(number.length);
  const characters = graphemes(line);
  const from = Math.min(range.start.column - 1, characters.length);
  const until = range.end.line === range.start.line ? range.end.column - 1 : characters.length;
  const skip = from > LINE_SHOWN_MAX - SHOWN_BEFORE / 2 ? from - SHOWN_BEFORE : 0;
  const end = skip + LINE_SHOWN_MAX;
  const shown = printable(characters.slice(skip, end).join(""));
  const marked = characters.slice(from, Math.min(until, end));
  return [
    `  on ${range.file} line ${number}, column ${range.start.column}:`,
    `  ${number} | ${shown}`,
    `  ${gutter} | ${" ".repeat(width(characters.slice(skip, from)))}${"^".repeat(Math.max(1, width(marked)))}`,
  ];
}

/** A terminal would carry out control characters. */
function printable(text: string): string {
  return text.replace(/\p{Cc}/gu, " ");
}

const wide =
  /^[\p{Emoji_Presentation}\p{Script=Han}\p{Script=Hangul}\p{Script=Hiragana}\p{Script=Katakana}\uff01-\uff60]/u;

/** Columns of a terminal: East Asian letters and pictures take two. */
function width(characters: readonly string[]): number {
  return characters.length + characters.filter((character) => character > "\u007f" && wide.test(character)).length;
}

const LISTED_MAX = 12;

/** A name may be both an attribute and a block. */
function oneOf(expected: readonly string[]): string {
  const names = [...new Set(expected)];
  if (names.length === 1) return names[0] as string;
  const shown = names.slice(0, LISTED_MAX);
  const rest = names.length - shown.length;
  return `one of ${shown.join(", ")}${rest > 0 ? ` or ${rest} others` : ""}`;
}
