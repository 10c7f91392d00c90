import type { Body } from "./ast.ts";
import { type Diagnostic, Diagnostics } from "./diagnostic.ts";
import { parseJsonBody } from "./json.ts";
import { limits } from "./limits.ts";
import { parseExpression } from "./parse-expression.ts";
import { ParseState } from "./parse-state.ts";
import { parseItems } from "./parser.ts";
import { Source } from "./source.ts";

export interface ParsedFile {
  /** Whatever could be read; complete when there are no errors. */
  readonly body: Body;
  readonly source: Source;
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * Reads a file of the native syntax, or of the JSON syntax when its first character is `{`. All mistakes are reported
 * in one go; the body holds what could be understood.
 */
export function parseHcl(text: string, file: string): ParsedFile {
  const source = new Source(file, text.startsWith("\ufeff") ? text.slice(1) : text);
  const diagnostics = new Diagnostics(source);
  if (text.length > limits.textLength) {
    diagnostics.add({ start: 0, end: 0 }, "File too large", `A file may have at most ${limits.textLength} characters.`);
    return { body: emptyBody, source, diagnostics: diagnostics.list };
  }
  const body = /^\s*\{/.test(source.text) ? parseJsonBody(source, diagnostics) : parseFile(source, diagnostics);
  return { body, source, diagnostics: diagnostics.sorted() };
}

const emptyBody: Body = { kind: "native", start: 0, end: 0, attributes: [], blocks: [] };

function parseFile(source: Source, diagnostics: Diagnostics): Body {
  const state = new ParseState(source, parseExpression, diagnostics);
  const { scanner } = state;
  scanner.advance();
  let body = parseItems(state, 0);
  while (scanner.kind === "}") {
    state.fault("Argument or block definition required", `This "}" closes nothing that is open.`);
    scanner.advance();
    const more = parseItems(state, 0);
    body = {
      ...more,
      attributes: [...body.attributes, ...more.attributes],
      blocks: [...body.blocks, ...more.blocks],
    };
  }
  if (scanner.isExhausted) return refuseSize(diagnostics);
  reportUnclosed(state);
  return body;
}

/** What was read of the rest says nothing. */
function refuseSize(diagnostics: Diagnostics): Body {
  diagnostics.list.length = 0;
  const detail = `A file may have at most ${limits.tokens} names, values, operators and brackets.`;
  diagnostics.add({ start: 0, end: 0 }, "File too large", detail);
  return emptyBody;
}

const COMPATIBLE_UNCLOSED =
  "Unclosed configuration block; There is no closing brace for this block before the end of the file. This may be caused by incorrect brace nesting elsewhere in this file.";

/** One cause, one report: an open comment or string explains the blocks that stay open. */
function reportUnclosed(state: ParseState): void {
  const start = state.scanner.unclosedComment;
  if (start !== undefined)
    state.fault("Unclosed comment", `The comment that begins here has no closing "*/".`, { start, end: start + 2 });
  else if (state.unclosedBlock !== undefined && !state.unclosedText)
    state.fault(
      "Unclosed configuration block",
      "The block that begins here has no closing brace before the end of the file. A brace may be missing further in.",
      state.unclosedBlock,
      COMPATIBLE_UNCLOSED,
    );
}
