const GAP = "  ";
const EMPTY = "<none>";

/** Rows as aligned columns, the first row the header; an empty cell shows as `<none>`. */
export function columns(rows: readonly (readonly (string | number | boolean)[])[]): string {
  const cells = rows.map((row) => row.map((cell) => (String(cell) === "" ? EMPTY : String(cell))));
  const widths = widthsOf(cells);
  return cells
    .map((row) =>
      row.map((cell, column) => padded(cell, column === row.length - 1 ? 0 : (widths[column] as number))).join(GAP),
    )
    .join("\n");
}

/** Names and values, aligned at the equals signs. */
export function keyValues(pairs: readonly (readonly [string, string | number | boolean])[]): string {
  const width = Math.max(...pairs.map(([name]) => visibleLength(name)));
  return pairs
    .map(([name, value]) => `${padded(name, width)} = ${String(value) === "" ? EMPTY : String(value)}`)
    .join("\n");
}

function widthsOf(rows: readonly (readonly string[])[]): number[] {
  const widths: number[] = [];
  for (const row of rows)
    row.forEach((cell, column) => (widths[column] = Math.max(widths[column] ?? 0, visibleLength(cell))));
  return widths;
}

function padded(text: string, width: number): string {
  return text + " ".repeat(Math.max(0, width - visibleLength(text)));
}

function visibleLength(text: string): number {
  return Array.from(text).length;
}
