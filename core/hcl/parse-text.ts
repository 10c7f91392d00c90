import type { Expression, Template } from "./ast.ts";
import type { Diagnostic } from "./diagnostic.ts";
import { parseExpression } from "./parse-expression.ts";
import { describeToken, ParseState } from "./parse-state.ts";
import { parseBareTemplate } from "./parse-template.ts";
import { Source } from "./source.ts";

export interface ParsedExpression {
  readonly expression: Expression | undefined;
  readonly source: Source;
  readonly diagnostics: readonly Diagnostic[];
}

/** Reads a text that is one expression, such as a variable's value from the command line. */
export function parseExpressionText(text: string, file: string): ParsedExpression {
  const source = new Source(file, text);
  const state = new ParseState(source, parseExpression);
  const { scanner, diagnostics } = state;
  scanner.withNewlines(1);
  scanner.advance();
  const expression = parseExpression(state);
  if (expression !== undefined && scanner.kind !== "end")
    state.fault(
      "Extra characters after expression",
      `Expected the end of the expression, found ${describeToken(state)}.`,
    );
  return { expression, source, diagnostics: diagnostics.sorted() };
}

/** Reads a text as a template without quotes, as strings of the JSON syntax are. */
export function parseTemplateText(
  text: string,
  file: string,
): Omit<ParsedExpression, "expression"> & {
  readonly expression: Template | undefined;
} {
  const source = new Source(file, text);
  const state = new ParseState(source, parseExpression);
  const expression = parseBareTemplate(state);
  return { expression, source, diagnostics: state.diagnostics.sorted() };
}
