import { parseSync } from "oxc-parser";

/** A syntax node of the ESTree shape; walked generically. */
export interface SyntaxNode {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  readonly [key: string]: unknown;
}

export interface ParsedModule {
  readonly body: readonly SyntaxNode[];
  /** Every module that is imported or re-exported, statically or not, with its offset. */
  readonly imports: readonly { readonly name: string; readonly start: number }[];
  readonly errors: readonly string[];
}

export function parseModule(path: string, source: string): ParsedModule {
  const result = parseSync(path, source, { sourceType: "module" });
  const imports: { name: string; start: number }[] = [];
  for (const entry of result.module.staticImports)
    imports.push({ name: entry.moduleRequest.value, start: entry.start });
  for (const entry of result.module.staticExports) {
    for (const item of entry.entries) {
      if (item.moduleRequest) imports.push({ name: item.moduleRequest.value, start: entry.start });
    }
  }
  for (const entry of result.module.dynamicImports) {
    const text = source.slice(entry.moduleRequest.start, entry.moduleRequest.end);
    if (/^["'].*["']$/.test(text)) imports.push({ name: text.slice(1, -1), start: entry.start });
  }
  return {
    body: result.program.body as unknown as SyntaxNode[],
    imports,
    errors: result.errors.map((error) => error.message),
  };
}
