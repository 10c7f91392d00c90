import type { Expression, Traversal } from "./ast.ts";

/**
 * Every reference to a name in an expression; names bound by `for` are included. Walked with a stack of its own, as a long
 * sum is a deep tree.
 */
export function referencesIn(expression: Expression): Traversal[] {
  const found: Traversal[] = [];
  const waiting: unknown[] = [expression];
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
    if (typeof node !== "object" || node === null || node instanceof Map) continue;
    const { kind } = node as { kind?: string };
    if (kind === "traversal") found.push(node as Traversal);
    if (kind === "literal" || kind === "text") continue;
    for (const value of Object.values(node)) if (typeof value === "object" && value !== null) waiting.push(value);
  }
  return found.sort((a, b) => a.start - b.start);
}
