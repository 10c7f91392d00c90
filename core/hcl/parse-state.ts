import type { Expression } from "./ast.ts";
import { Diagnostics } from "./diagnostic.ts";
import { limits } from "./limits.ts";
import { Scanner } from "./scanner.ts";
import type { Source, Span } from "./source.ts";

/** What the parsing functions share: the scanner, where problems go, and how deep we are. */
export class ParseState {
  readonly source: Source;
  readonly scanner: Scanner;
  readonly diagnostics: Diagnostics;
  /** Expressions and templates contain each other; this is how templates reach expressions. */
  readonly expression: (state: ParseState) => Expression | undefined;
  /** The outermost block that the end of the file left open. */
  unclosedBlock: Span | undefined;
  /** A string or heredoc swallowed the rest of the file: what is open then is its fault. */
  unclosedText = false;
  #depth = 0;

  constructor(
    source: Source,
    expression: (state: ParseState) => Expression | undefined,
    diagnostics: Diagnostics = new Diagnostics(source),
    offset = 0,
  ) {
    this.source = source;
    this.expression = expression;
    this.diagnostics = diagnostics;
    this.scanner = new Scanner(source.text, offset);
  }

  get span(): Span {
    const { start, end } = this.scanner;
    return { start, end };
  }

  /** Goes one level deeper; false, with a diagnostic, when that is too deep. Every success needs a `leave`. */
  enter(): boolean {
    if (this.#depth >= limits.nesting) {
      this.fault("Nesting too deep", `Expressions and blocks may be nested at most ${limits.nesting} levels deep.`);
      return false;
    }
    this.#depth += 1;
    return true;
  }

  leave(): void {
    this.#depth -= 1;
  }

  fault(summary: string, detail: string, span: Span = this.span, compatible?: string): void {
    this.diagnostics.add(span, summary, detail, compatible === undefined ? {} : { compatible });
  }
}

/** How a token is named to a person. */
export function describeToken(state: ParseState): string {
  const { kind } = state.scanner;
  if (kind === "end") return "the end of the file";
  if (kind === "newline") return "the end of the line";
  if (kind === "quote") return "a quoted string";
  if (kind === "heredoc") return "a heredoc";
  return JSON.stringify(state.source.slice(state.span));
}

/** Explains the characters that people bring from other languages. */
export function refuseCharacter(state: ParseState): void {
  const text = state.source.slice(state.span);
  const advice: Readonly<Record<string, string>> = {
    "'": `Strings are written in double quotes (").`,
    "`": `Strings are written in double quotes ("), or as a heredoc (<<EOT) over several lines.`,
    ";": "Arguments are separated by line ends, not by semicolons.",
    "“": `Use straight quotes (") around strings.`,
    "”": `Use straight quotes (") around strings.`,
    "&": `The logical operator is "&&".`,
    "|": `The logical operator is "||".`,
    "^": `There is no operator "^"; use the function pow.`,
  };
  const code = (text.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0");
  state.fault(
    "Invalid character",
    advice[text] ?? `The character ${JSON.stringify(text)} (U+${code}) has no meaning here.`,
  );
}

/**
 * Goes on after a mistake: to the end of the line, over whatever brackets open on the way, so that the rest of the file
 * is read as its author meant it. A closing brace that nothing opened is left for the enclosing block.
 */
export function recover(state: ParseState): void {
  const { scanner } = state;
  scanner.withNewlines(0);
  let depth = 0;
  while (scanner.kind !== "end") {
    if (scanner.kind === "newline" && depth <= 0) return;
    if (scanner.kind === "quote") {
      skipString(state);
      continue;
    }
    if (scanner.kind === "{" || scanner.kind === "[" || scanner.kind === "(") depth += 1;
    if (scanner.kind === "}" || scanner.kind === "]" || scanner.kind === ")") {
      if (depth === 0 && scanner.kind === "}") return;
      depth -= 1;
    }
    scanner.advance();
  }
}

const quotedRest = /(?:[^"\\\n]|\\.)*"?/y;

function skipString(state: ParseState): void {
  quotedRest.lastIndex = state.scanner.end;
  quotedRest.test(state.source.text);
  state.scanner.resume(quotedRest.lastIndex);
}
