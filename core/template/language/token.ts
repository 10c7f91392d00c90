/** What the lexer cuts a template into. */
export type TokenType =
  | "error"
  | "bool"
  | "char"
  | "charConstant"
  | "complex"
  | "assign"
  | "declare"
  | "eof"
  | "field"
  | "identifier"
  | "leftDelim"
  | "leftParen"
  | "number"
  | "pipe"
  | "rawString"
  | "rightDelim"
  | "rightParen"
  | "space"
  | "string"
  | "text"
  | "variable"
  | "keyword";

export interface Token {
  readonly type: TokenType;
  /** Index into the source, in UTF-16 units. */
  readonly position: number;
  readonly text: string;
  /** Line of the token's first character, from 1. */
  readonly line: number;
}

export const keywords: ReadonlySet<string> = new Set([
  ".",
  "block",
  "break",
  "continue",
  "define",
  "else",
  "end",
  "if",
  "nil",
  "range",
  "template",
  "with",
]);

const SHOWN_MAX = 10;

/** A token as error texts name it. */
export function showToken(token: Token): string {
  if (token.type === "eof") return "EOF";
  if (token.type === "error") return token.text;
  if (token.type === "keyword") return `<${token.text}>`;
  if (token.text.length > SHOWN_MAX) return `${JSON.stringify(token.text.slice(0, SHOWN_MAX))}...`;
  return JSON.stringify(token.text);
}
