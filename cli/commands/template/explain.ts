import type { Failure } from "#core/base";
import { renderDiagnostic } from "#core/hcl";
import { problemOf, type TemplateProblem } from "#core/template";

/** A problem for a person: its text, the place, the line with the range marked, what was expected. */
export function explainProblem({ message, place, length, hint }: TemplateProblem, source: string): string {
  const start = { line: place.line, column: place.column, offset: 0 };
  const end = { ...start, column: place.column + length };
  return (
    renderDiagnostic({
      severity: "error",
      summary: message,
      detail: hint === undefined ? "" : `hint: ${hint}`,
      range: { file: place.file, start, end },
      line: source.split("\n")[place.line - 1] ?? "",
    }).trimEnd() + "\n"
  );
}

export function explain(failure: Failure, source: string): string {
  const problem = problemOf(failure, source);
  if (problem !== undefined) return explainProblem(problem, source);
  return `Error: ${failure.message}\n${failure.hint === undefined ? "" : `hint: ${failure.hint}\n`}`;
}
