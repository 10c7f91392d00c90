import { parseExpression } from "./parse-expression.ts";
import { ParseState } from "./parse-state.ts";
import { parseHeredoc, parseQuoted } from "./parse-template.ts";
import { Scanner } from "./scanner.ts";
import type { Source, Span } from "./source.ts";

/** A piece of text that the formatter moves but never changes. Strings and heredocs are one token each. */
export interface FormatToken {
  readonly kind: string;
  readonly text: string;
}

export interface FormatLine {
  readonly tokens: readonly FormatToken[];
  /** The line end as it was, so that heredocs and their surroundings agree. */
  readonly end: string;
}

/** Splits a text that parses into lines of tokens, comments included. */
export function formatLines(source: Source): FormatLine[] {
  const reader = new LineReader(source);
  return reader.read();
}

class LineReader {
  readonly #source: Source;
  readonly #scanner: Scanner;
  readonly #lines: FormatLine[] = [];
  #tokens: FormatToken[] = [];
  #comments: Span[] = [];

  constructor(source: Source) {
    this.#source = source;
    this.#scanner = new Scanner(source.text, 0);
    this.#scanner.onComment = (start, end) => this.#comments.push({ start, end });
  }

  read(): FormatLine[] {
    const scanner = this.#scanner;
    do {
      scanner.advance();
      this.takeComments();
      if (scanner.kind === "newline") this.endLine(this.#source.slice(scanner));
      else if (scanner.kind !== "end") this.takeToken();
    } while (scanner.kind !== "end");
    if (this.#tokens.length > 0) this.endLine("\n");
    return this.#lines;
  }

  private endLine(end: string): void {
    this.#lines.push({ tokens: this.#tokens, end });
    this.#tokens = [];
  }

  private takeComments(): void {
    for (const span of this.#comments) this.#tokens.push({ kind: "comment", text: this.#source.slice(span) });
    this.#comments = [];
  }

  private takeToken(): void {
    const { kind, start } = this.#scanner;
    const isTemplate = kind === "quote" || kind === "heredoc";
    const end = isTemplate ? this.templateEnd(start) : this.#scanner.end;
    this.#tokens.push({ kind, text: this.#source.text.slice(start, end) });
    this.#scanner.end = end;
  }

  /** Where a string or heredoc ends is for the parser to say. */
  private templateEnd(start: number): number {
    const state = new ParseState(this.#source, parseExpression, undefined, start);
    state.scanner.advance();
    const template = state.scanner.kind === "quote" ? parseQuoted(state) : parseHeredoc(state);
    return template?.end ?? this.#source.text.length;
  }
}
