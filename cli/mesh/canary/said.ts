const LENGTH_MAX = 200;

/** A line of somebody else's text, fit to be shown: nothing in it moves a terminal's cursor. */
export function shown(text: string): string {
  const plain = text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, " ").trim();
  return plain.length > LENGTH_MAX ? `${plain.slice(0, LENGTH_MAX - 1)}…` : plain;
}

/** The last line that says anything. */
export function lastLine(text: string): string {
  return shown(text.split("\n").findLast((line) => line.trim() !== "") ?? "");
}
