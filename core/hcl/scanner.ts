import { limits } from "./limits.ts";

/** Token kinds; an operator or punctuation is its own text. */
export type TokenKind =
  | "identifier"
  | "number"
  | "quote"
  | "heredoc"
  | "newline"
  | "end"
  | "invalid"
  | "{"
  | "}"
  | "["
  | "]"
  | "("
  | ")"
  | ","
  | "."
  | "..."
  | "="
  | "=>"
  | ":"
  | "?"
  | "~}"
  | "+"
  | "-"
  | "*"
  | "/"
  | "%"
  | "=="
  | "!="
  | "<"
  | "<="
  | ">"
  | ">="
  | "&&"
  | "||"
  | "!";

const identifierStart = /^[\p{ID_Start}_]$/u;
const identifierRest = /[\p{ID_Continue}-]*/uy;
const numberText = /\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const heredocStart = /<<-?[\p{ID_Start}_][\p{ID_Continue}-]*\r?\n/uy;
const twoCharacters = new Set(["=>", "==", "!=", "<=", ">=", "&&", "||", "~}"]);
const oneCharacter = new Set("{}[](),.=:?+-*/%<>!");

/** 1: identifier start, 2: digit, 3: space; a table for the characters that almost every file is made of. */
const asciiClass = Uint8Array.from({ length: 128 }, (_, code) => {
  const character = String.fromCharCode(code);
  if (/[A-Za-z_]/.test(character)) return 1;
  if (/[0-9]/.test(character)) return 2;
  if (character === " " || character === "\t") return 3;
  if (character === "-") return 4;
  return 0;
});

/**
 * Gives one token at a time on demand. Templates are not tokens: the parser reads their text itself from `end` and then
 * sets the scanner behind them, so that no mode stack is needed here.
 */
export class Scanner {
  readonly text: string;
  kind: TokenKind = "newline";
  start = 0;
  end = 0;
  /** The end of the token before this one. */
  previousEnd = 0;
  /** Within parentheses and brackets line ends mean nothing. */
  #newlinesIgnored = 0;
  /** Called for every comment, with its span; the formatter listens. */
  onComment: ((start: number, end: number) => void) | undefined;
  unclosedComment: number | undefined;
  /** Tokens read so far; at the limit the text ends for the parser. */
  tokens = 0;

  constructor(text: string, offset: number) {
    this.text = text;
    this.end = offset;
    this.previousEnd = offset;
  }

  /** Enters a region where line ends are spaces; a line end already read is skipped. */
  ignoreNewlines(): void {
    this.#newlinesIgnored += 1;
    if (this.kind === "newline") this.advance();
  }

  /** Leaves the innermost region; the current token has been read by its rule. */
  heedNewlines(): void {
    this.#newlinesIgnored -= 1;
  }

  get newlinesIgnored(): number {
    return this.#newlinesIgnored;
  }

  /** Sets the rule while a nested construct decides for itself; returns what must be handed back. */
  withNewlines(ignored: number): number {
    const before = this.#newlinesIgnored;
    this.#newlinesIgnored = ignored;
    return before;
  }

  /** Continues behind a template that the parser has read. */
  resume(offset: number): void {
    this.end = offset;
    this.advance();
  }

  get isExhausted(): boolean {
    return this.tokens > limits.tokens;
  }

  advance(): void {
    this.previousEnd = this.end;
    this.tokens += 1;
    if (this.isExhausted) {
      this.start = this.end;
      this.kind = "end";
      return;
    }
    let at = this.skipBlanks(this.end);
    while (this.#newlinesIgnored > 0 && this.isNewline(at)) at = this.skipBlanks(at + 1);
    this.start = at;
    this.scanToken(at);
  }

  private isNewline(at: number): boolean {
    const code = this.text.charCodeAt(at);
    return code === 10 || (code === 13 && this.text.charCodeAt(at + 1) === 10);
  }

  /** Spaces and comments; the line end that closes a comment stays. */
  private skipBlanks(from: number): number {
    let at = from;
    for (;;) {
      const code = this.text.charCodeAt(at);
      if (code === 32 || code === 9) at += 1;
      else if (code === 13 && this.#newlinesIgnored > 0) at += 1;
      else if (code === 35) at = this.skipLineComment(at);
      else if (code === 47 && this.text.charCodeAt(at + 1) === 47) at = this.skipLineComment(at);
      else if (code === 47 && this.text.charCodeAt(at + 1) === 42) at = this.skipBlockComment(at);
      else return at;
    }
  }

  private skipLineComment(at: number): number {
    const found = this.text.indexOf("\n", at);
    let end = found === -1 ? this.text.length : found;
    if (found !== -1 && this.text.charCodeAt(end - 1) === 13) end -= 1;
    this.onComment?.(at, end);
    return end;
  }

  private skipBlockComment(at: number): number {
    const found = this.text.indexOf("*/", at + 2);
    const end = found === -1 ? this.text.length : found + 2;
    if (found === -1) this.unclosedComment ??= at;
    this.onComment?.(at, end);
    return end;
  }

  private scanToken(at: number): void {
    const { text } = this;
    const code = text.charCodeAt(at);
    if (Number.isNaN(code)) return this.token("end", at);
    const kind = code < 128 ? (asciiClass[code] as number) : 0;
    if (kind === 1) return this.token("identifier", this.identifierEnd(at));
    if (kind === 2) return this.scanNumber(at);
    if (code === 34) return this.token("quote", at + 1);
    if (code === 10) return this.token("newline", at + 1);
    if (code === 13 && text.charCodeAt(at + 1) === 10) return this.token("newline", at + 2);
    if (code >= 128) return this.scanUnicode(at);
    return this.scanPunctuation(at);
  }

  private identifierEnd(at: number): number {
    let end = at + 1;
    for (;;) {
      const code = this.text.charCodeAt(end);
      if (code >= 128) {
        identifierRest.lastIndex = end;
        identifierRest.test(this.text);
        return identifierRest.lastIndex;
      }
      const kind = asciiClass[code];
      if (kind !== 1 && kind !== 2 && kind !== 4) return end;
      end += 1;
    }
  }

  private scanNumber(at: number): void {
    numberText.lastIndex = at;
    numberText.test(this.text);
    this.token("number", numberText.lastIndex);
  }

  private scanUnicode(at: number): void {
    const character = String.fromCodePoint(this.text.codePointAt(at) as number);
    if (!identifierStart.test(character)) return this.token("invalid", at + character.length);
    identifierRest.lastIndex = at;
    identifierRest.test(this.text);
    this.token("identifier", identifierRest.lastIndex);
  }

  private scanPunctuation(at: number): void {
    const { text } = this;
    if (text.startsWith("...", at)) return this.token("...", at + 3);
    if (text.startsWith("<<", at)) {
      heredocStart.lastIndex = at;
      if (heredocStart.test(text)) return this.token("heredoc", heredocStart.lastIndex);
    }
    const pair = text.slice(at, at + 2);
    if (twoCharacters.has(pair)) return this.token(pair as TokenKind, at + 2);
    const single = pair[0] as string;
    this.token(oneCharacter.has(single) ? (single as TokenKind) : "invalid", at + 1);
  }

  private token(kind: TokenKind, end: number): void {
    this.kind = kind;
    this.end = end;
  }
}
