import Handlebars from "handlebars";
import { nearest } from "#core/base";
import { functionNames } from "../functions/table.ts";
import { TemplateFault } from "../language/fault.ts";
import { parseHandlebars } from "./parse.ts";

const builtIn = ["if", "unless", "each", "with", "lookup"];

interface Node {
  readonly type: string;
  readonly [field: string]: unknown;
}

/** What is wrong with a Handlebars source: its first fault of syntax, or each call of a helper that does not exist. */
export function handlebarsFaults(source: string, file: string): readonly TemplateFault[] {
  const parsed = parseHandlebars(source, { file });
  if (!parsed.ok) {
    const { message, place, hint } = parsed.failure;
    const prefix = `${file}: parse: `;
    const text = message.startsWith(prefix) ? message.slice(prefix.length) : message;
    return [new TemplateFault("parse", text, positionOf(source, place?.line ?? 1, 0), hint)];
  }
  const faults: TemplateFault[] = [];
  visit(Handlebars.parse(source) as unknown as Node, (node) => {
    const fault = callFault(node, source);
    if (fault !== undefined) faults.push(fault);
  });
  return faults;
}

function callFault(node: Node, source: string): TemplateFault | undefined {
  const path = node["path"] as
    | { readonly type?: string; readonly original?: unknown; readonly loc?: Location }
    | undefined;
  const params = node["params"] as readonly unknown[] | undefined;
  if (path?.type !== "PathExpression" || params === undefined || params.length === 0) return undefined;
  const name = String(path.original);
  if (functionNames.has(name) || builtIn.includes(name)) return undefined;
  const { line, column } = path.loc?.start ?? { line: 1, column: 0 };
  const near = nearest(name, [...functionNames, ...builtIn]);
  const hint = `expected the name of a helper${near === undefined ? "" : `; did you mean ${near}?`}`;
  const message = `template: :${line}: function ${JSON.stringify(name)} not defined`;
  return new TemplateFault("parse", message, positionOf(source, line, column), hint, name.length);
}

interface Location {
  readonly start: { readonly line: number; readonly column: number };
}

function positionOf(source: string, line: number, column: number): number {
  const before = source.split("\n").slice(0, line - 1);
  return before.reduce((sum, text) => sum + text.length + 1, 0) + column;
}

function visit(node: unknown, see: (node: Node) => void): void {
  if (node === null || typeof node !== "object") return;
  if (Array.isArray(node)) {
    for (const item of node) visit(item, see);
    return;
  }
  if ("type" in node) see(node as Node);
  for (const [name, child] of Object.entries(node)) if (name !== "loc") visit(child, see);
}
