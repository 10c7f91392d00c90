import type { SyntaxNode } from "#test/tools";
import { type Finding, finding, lineAt, type SourceFile } from "./finding.ts";
import { asyncCoreModules } from "./layers.ts";
import { homeOf } from "./places.ts";

const FILE_LINES_MAX = 500;
const FUNCTION_LINES_MAX = 70;

/** Ambient names that would let time, chance or the machine into a module that only decides. */
const forbiddenNames = new Set([
  "process",
  "console",
  "fetch",
  "setTimeout",
  "setInterval",
  "setImmediate",
  "queueMicrotask",
  "performance",
  "globalThis",
  "Intl",
  "Buffer",
]);
const forbiddenMembers = new Set(["Math.random", "Date.now", "crypto.randomUUID"]);
const forbiddenConstructors = new Set(["Date"]);
/** Time zones need the platform's tables: the one place in core that may ask Intl for them. */
const exceptions: Readonly<Record<string, readonly string[]>> = {
  "core/values/time-zone.ts": ["Intl", "new Date"],
  "core/template/time-zone.ts": ["Intl", "new Date"],
};

function children(node: SyntaxNode): SyntaxNode[] {
  const found: SyntaxNode[] = [];
  for (const value of Object.values(node)) {
    for (const item of Array.isArray(value) ? value : [value]) {
      if (typeof item === "object" && item !== null && typeof (item as SyntaxNode).type === "string")
        found.push(item as SyntaxNode);
    }
  }
  return found;
}

function walk(
  node: SyntaxNode,
  visit: (node: SyntaxNode, parent: SyntaxNode | undefined) => void,
  parent?: SyntaxNode,
): void {
  visit(node, parent);
  for (const child of children(node)) walk(child, visit, node);
}

export function checkPurity(file: SourceFile): Finding[] {
  const home = homeOf(file.path);
  if (home?.area !== "core" || home.isTest || file.path.endsWith(".d.ts")) return [];
  const allowed = exceptions[file.path] ?? [];
  const findings: Finding[] = [];
  const report = (node: SyntaxNode, name: string): void => {
    if (!allowed.includes(name))
      findings.push(finding("purity", file, node.start, `${name} is not for core: have it handed in`));
  };
  const isAsyncModule = asyncCoreModules.some((module) => home.module === `core/${module}`);
  for (const statement of file.parsed.body) {
    walk(statement, (node, parent) => {
      const name = forbiddenUse(node, parent);
      if (name) report(node, name);
      if (!isAsyncModule && isAsync(node))
        findings.push(
          finding("async", file, node.start, "core decides synchronously; async belongs to runtime, api and rpc"),
        );
    });
  }
  return findings;
}

function forbiddenUse(node: SyntaxNode, parent: SyntaxNode | undefined): string | undefined {
  if (node.type === "MemberExpression") {
    const member = `${nameOf(node["object"])}.${nameOf(node["property"])}`;
    return forbiddenMembers.has(member) ? member : undefined;
  }
  if (node.type === "NewExpression" || node.type === "CallExpression") {
    const callee = (node["callee"] as SyntaxNode)["name"] as string;
    return forbiddenConstructors.has(callee) ? `new ${callee}` : undefined;
  }
  if (node.type !== "Identifier" || !forbiddenNames.has(node["name"] as string) || parent === undefined)
    return undefined;
  const isMemberName = parent.type === "MemberExpression" && parent["property"] === node && parent["computed"] !== true;
  const isKey = "key" in parent && parent["key"] === node && parent["shorthand"] !== true;
  const isTypeName =
    parent.type.startsWith("TS") || parent.type.startsWith("Import") || parent.type.startsWith("Export");
  return isMemberName || isKey || isTypeName ? undefined : (node["name"] as string);
}

function nameOf(node: unknown): string {
  const name = (node as SyntaxNode)["name"];
  return typeof name === "string" ? name : "";
}

function isAsync(node: SyntaxNode): boolean {
  return (
    node.type === "AwaitExpression" ||
    node["async"] === true ||
    (node.type === "Identifier" && node["name"] === "Promise")
  );
}

/** `let` and `var` at the top of a module are state that every test and every agent in the process would share. */
export function checkModuleState(file: SourceFile): Finding[] {
  const home = homeOf(file.path);
  if (home === undefined || home.isTest) return [];
  return file.parsed.body.flatMap((statement) => {
    const declaration =
      statement.type === "ExportNamedDeclaration" ? (statement["declaration"] as SyntaxNode | null) : statement;
    const isMutable =
      declaration?.type === "VariableDeclaration" && declaration["kind"] !== "const" && declaration["declare"] !== true;
    return isMutable
      ? [finding("module-state", file, statement.start, "mutable module state; keep it in an owner that is handed in")]
      : [];
  });
}

export function checkSize(file: SourceFile): Finding[] {
  const findings: Finding[] = [];
  const lines = file.text.split("\n").length - 1;
  if (lines > FILE_LINES_MAX)
    findings.push({
      rule: "file-size",
      path: file.path,
      line: FILE_LINES_MAX,
      message: `${lines} lines; at most ${FILE_LINES_MAX}`,
    });
  if (file.path.endsWith(".test.ts")) return findings;
  for (const statement of file.parsed.body) {
    walk(statement, (node) => {
      if (!/^(FunctionDeclaration|FunctionExpression|ArrowFunctionExpression)$/.test(node.type)) return;
      const length = lineAt(file.text, node.end) - lineAt(file.text, node.start) + 1;
      if (length > FUNCTION_LINES_MAX)
        findings.push(
          finding("function-size", file, node.start, `a function of ${length} lines; at most ${FUNCTION_LINES_MAX}`),
        );
    });
  }
  return findings;
}
