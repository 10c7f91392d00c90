import type { Expression, Traversal } from "./ast.ts";

/** Every reference to a name in an expression, in the order of the text; names bound by `for` are included. */
export function referencesIn(expression: Expression): Traversal[] {
  const found: Traversal[] = [];
  collect(expression, found);
  return found;
}

function collect(node: unknown, found: Traversal[]): void {
  if (Array.isArray(node)) {
    for (const item of node) collect(item, found);
    return;
  }
  if (typeof node !== "object" || node === null || node instanceof Map) return;
  const { kind } = node as { kind?: string };
  if (kind === "traversal") found.push(node as Traversal);
  if (kind === "literal" || kind === "text") return;
  for (const value of Object.values(node)) if (typeof value === "object") collect(value, found);
}
