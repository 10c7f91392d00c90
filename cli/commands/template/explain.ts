import type { Failure } from "#core/base";

/** A failure with its place: the text, then the line with the spot marked. */
export function explain(failure: Failure, source: string): string {
  const { place, message, hint } = failure;
  const lines = [message];
  if (place !== undefined) {
    const line = source.split("\n")[place.line - 1] ?? "";
    const number = String(place.line);
    lines.push(
      "",
      `  on ${place.file} line ${number}, column ${place.column}:`,
      `  ${number}: ${line}`,
      `  ${" ".repeat(number.length + 2 + Math.max(0, place.column - 1))}^`,
    );
  }
  if (hint !== undefined) lines.push(`hint: ${hint}`);
  return `${lines.join("\n")}\n`;
}
