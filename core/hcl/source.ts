import { countGraphemes } from "./graphemes.ts";

/** A place in a text: line and column count from 1, a column is a grapheme cluster, an offset a UTF-16 unit from 0. */
export interface Position {
  readonly line: number;
  readonly column: number;
  readonly offset: number;
}

export interface Range {
  readonly file: string;
  readonly start: Position;
  readonly end: Position;
}

/** Half-open offsets into a source; nodes carry only these, lines and columns are computed when somebody asks. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** A text with a name, which turns offsets into lines and columns. */
export class Source {
  readonly file: string;
  readonly text: string;
  #lineStarts: number[] | undefined;

  constructor(file: string, text: string) {
    this.file = file;
    this.text = text;
  }

  position(offset: number): Position {
    const starts = this.lineStarts();
    const line = lastAtMost(starts, offset);
    const lineStart = starts[line] ?? 0;
    return { line: line + 1, column: countGraphemes(this.text.slice(lineStart, offset)) + 1, offset };
  }

  range(span: Span): Range {
    return { file: this.file, start: this.position(span.start), end: this.position(span.end) };
  }

  /** The text of a line (from 1) without its line end. */
  line(number: number): string {
    const starts = this.lineStarts();
    const start = starts[number - 1];
    if (start === undefined) return "";
    return this.text.slice(start, starts[number] ?? this.text.length).replace(/\r?\n$/, "");
  }

  slice(span: Span): string {
    return this.text.slice(span.start, span.end);
  }

  private lineStarts(): number[] {
    if (this.#lineStarts !== undefined) return this.#lineStarts;
    const starts = [0];
    for (let at = this.text.indexOf("\n"); at !== -1; at = this.text.indexOf("\n", at + 1)) starts.push(at + 1);
    this.#lineStarts = starts;
    return starts;
  }
}

function lastAtMost(sorted: readonly number[], value: number): number {
  let [low, high] = [0, sorted.length - 1];
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((sorted[middle] as number) <= value) low = middle;
    else high = middle - 1;
  }
  return low;
}
