/** Tools that only checks need, from the packages of `test/tools/package.json`. */
export { type ParsedModule, parseModule, type SyntaxNode } from "./parse-module.ts";
