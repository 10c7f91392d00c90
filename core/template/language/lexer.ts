import { keywords, type Token, type TokenType } from "./token.ts";

export interface Delimiters {
  readonly left: string;
  readonly right: string;
}

export const defaultDelimiters: Delimiters = { left: "{{", right: "}}" };

const SPACE = " \t\r\n";
const OPEN_COMMENT = "/*";
const CLOSE_COMMENT = "*/";
const alphanumeric = /[\p{L}\p{Nd}_]/u;

/** All tokens of a template; the last is `eof` or `error`. */
export function tokenize(source: string, delimiters: Delimiters): readonly Token[] {
  return new Lexer(source, delimiters).run();
}

/** All tokens; what follows an error is read from the end of the action on in which it stands. */
export function tokenizeAll(source: string, delimiters: Delimiters): readonly Token[] {
  return new Lexer(source, delimiters).runAll();
}

class LexFault extends Error {}

class Lexer {
  readonly #source: string;
  readonly #left: string;
  readonly #right: string;
  readonly #tokens: Token[] = [];
  #start = 0;
  #startLine = 1;
  #at = 0;
  #line = 1;
  #parens = 0;

  constructor(source: string, delimiters: Delimiters) {
    this.#source = source;
    this.#left = delimiters.left;
    this.#right = delimiters.right;
  }

  run(): readonly Token[] {
    try {
      while (this.#text()) this.#action();
      this.#emit("eof");
    } catch (error) {
      if (!(error instanceof LexFault)) throw error;
      this.#tokens.push({ type: "error", position: this.#start, text: error.message, line: this.#startLine });
    }
    return this.#tokens;
  }

  runAll(): readonly Token[] {
    for (;;) {
      this.run();
      if (this.#tokens.at(-1)?.type !== "error") return this.#tokens;
      const end = this.#source.indexOf(this.#right, this.#start);
      this.#moveTo(end === -1 ? this.#source.length : end);
      if (end === -1) this.#emit("eof");
      else this.#closeAction();
      if (end === -1) return this.#tokens;
    }
  }

  #emit(type: TokenType): void {
    const text = this.#source.slice(this.#start, this.#at);
    this.#tokens.push({ type, position: this.#start, text, line: this.#startLine });
    this.#skip();
  }

  /** Drops what was read since the last token. */
  #skip(): void {
    for (let at = this.#start; at < this.#at; at++) if (this.#source[at] === "\n") this.#line += 1;
    this.#start = this.#at;
    this.#startLine = this.#line;
  }

  #moveTo(position: number): void {
    this.#at = position;
    this.#skip();
  }

  #peek(offset = 0): string {
    const code = this.#source.codePointAt(this.#at + offset);
    return code === undefined ? "" : String.fromCodePoint(code);
  }

  #isAt(text: string): boolean {
    return this.#source.startsWith(text, this.#at);
  }

  /** Text up to the next action; false at the end of the source. */
  #text(): boolean {
    const found = this.#source.indexOf(this.#left, this.#at);
    let end = found === -1 ? this.#source.length : found;
    const after = end + this.#left.length;
    if (found !== -1 && this.#isTrimMarker(after)) {
      while (end > this.#at && SPACE.includes(this.#source.charAt(end - 1))) end -= 1;
    }
    this.#at = end;
    if (this.#at > this.#start) this.#emit("text");
    if (found === -1) return false;
    this.#moveTo(found);
    return true;
  }

  #isTrimMarker(position: number): boolean {
    return this.#source[position] === "-" && SPACE.includes(this.#source.charAt(position + 1) || "x");
  }

  #action(): void {
    const afterDelim = this.#at + this.#left.length;
    const afterMarker = afterDelim + (this.#isTrimMarker(afterDelim) ? 2 : 0);
    if (this.#source.startsWith(OPEN_COMMENT, afterMarker)) {
      this.#moveTo(afterMarker);
      this.#comment();
      return;
    }
    this.#at = afterDelim;
    this.#emit("leftDelim");
    this.#moveTo(afterMarker);
    this.#parens = 0;
    while (!this.#atRightDelim()) this.#inside();
    if (this.#parens !== 0) throw new LexFault("unclosed left paren");
    this.#closeAction();
  }

  #comment(): void {
    const end = this.#source.indexOf(CLOSE_COMMENT, this.#at);
    if (end === -1) throw new LexFault("unclosed comment");
    this.#at = end + CLOSE_COMMENT.length;
    if (!this.#atRightDelim()) throw new LexFault("comment ends before closing delimiter");
    const isTrimmed = !this.#isAt(this.#right);
    this.#moveTo(this.#at + (isTrimmed ? 2 : 0) + this.#right.length);
    if (isTrimmed) this.#trimLeft();
  }

  #atRightDelim(): boolean {
    if (this.#isAt(this.#right)) return true;
    return (
      SPACE.includes(this.#source.charAt(this.#at) || "x") &&
      this.#source[this.#at + 1] === "-" &&
      this.#source.startsWith(this.#right, this.#at + 2)
    );
  }

  #closeAction(): void {
    const isTrimmed = !this.#isAt(this.#right);
    if (isTrimmed) this.#moveTo(this.#at + 2);
    this.#at += this.#right.length;
    this.#emit("rightDelim");
    if (isTrimmed) this.#trimLeft();
  }

  #trimLeft(): void {
    let at = this.#at;
    while (at < this.#source.length && SPACE.includes(this.#source.charAt(at))) at += 1;
    this.#moveTo(at);
  }

  #inside(): void {
    const next = this.#peek();
    if (next === "") throw new LexFault("unclosed action");
    if (SPACE.includes(next)) return this.#space();
    switch (next) {
      case '"':
        return this.#quoted("string", '"', "unterminated quoted string");
      case "'":
        return this.#quoted("charConstant", "'", "unterminated character constant");
      case "`":
        return this.#rawString();
      case "$":
        this.#at += 1;
        return this.#name("variable");
      case "(":
        this.#parens += 1;
        return this.#one("leftParen");
      case ")":
        this.#parens -= 1;
        if (this.#parens < 0) throw new LexFault("unexpected right paren");
        return this.#one("rightParen");
      case "|":
        return this.#one("pipe");
      case "=":
        return this.#one("assign");
      case ":":
        if (this.#peek(1) !== "=") throw new LexFault("expected :=");
        this.#at += 2;
        return this.#emit("declare");
      default:
        return this.#word(next);
    }
  }

  #word(next: string): void {
    if (next === "." && !/[0-9]/.test(this.#peek(1))) {
      this.#at += 1;
      return this.#name("field");
    }
    if (/[-+.0-9]/.test(next)) return this.#number();
    if (alphanumeric.test(next)) return this.#identifier();
    if (/[!-~]/.test(next)) return this.#one("char");
    throw new LexFault(`unrecognized character in action: ${showCharacter(next)}`);
  }

  #one(type: TokenType): void {
    this.#at += 1;
    this.#emit(type);
  }

  #space(): void {
    while (SPACE.includes(this.#source.charAt(this.#at) || "x") && !this.#atRightDelim()) this.#at += 1;
    this.#emit("space");
  }

  #quoted(type: TokenType, quote: string, unterminated: string): void {
    for (this.#at += 1; ; this.#at += 1) {
      const next = this.#source.charAt(this.#at);
      if (next === "\\") this.#at += 1;
      const char = this.#source.charAt(this.#at);
      if (char === "" || char === "\n") throw new LexFault(unterminated);
      if (next === quote) break;
    }
    this.#one(type);
  }

  #rawString(): void {
    const end = this.#source.indexOf("`", this.#at + 1);
    if (end === -1) throw new LexFault("unterminated raw quoted string");
    this.#at = end + 1;
    this.#emit("rawString");
  }

  #alphanumericRun(): void {
    while (alphanumeric.test(this.#peek())) this.#at += this.#peek().length;
  }

  /** A field or a variable, its first character being read already. */
  #name(type: "field" | "variable"): void {
    if (this.#atTerminator()) return this.#emit(type === "field" ? "keyword" : "variable");
    this.#alphanumericRun();
    if (!this.#atTerminator()) throw new LexFault(`bad character ${showCharacter(this.#peek())}`);
    this.#emit(type);
  }

  #identifier(): void {
    this.#alphanumericRun();
    if (!this.#atTerminator()) throw new LexFault(`bad character ${showCharacter(this.#peek())}`);
    const word = this.#source.slice(this.#start, this.#at);
    if (keywords.has(word)) this.#emit("keyword");
    else this.#emit(word === "true" || word === "false" ? "bool" : "identifier");
  }

  #atTerminator(): boolean {
    const next = this.#peek();
    return next === "" || SPACE.includes(next) || ".,|:)(".includes(next) || this.#isAt(this.#right);
  }

  #number(): void {
    if (!this.#scanNumber()) throw new LexFault(`bad number syntax: ${this.#read()}`);
    if (!/[-+]/.test(this.#peek())) return this.#emit("number");
    if (!this.#scanNumber() || this.#source[this.#at - 1] !== "i")
      throw new LexFault(`bad number syntax: ${this.#read()}`);
    this.#emit("complex");
  }

  #read(): string {
    return JSON.stringify(this.#source.slice(this.#start, this.#at));
  }

  #scanNumber(): boolean {
    this.#accept(/[-+]/y);
    const isBased =
      this.#accept(/0[xX][0-9a-fA-F_]*/y) || this.#accept(/0[oO][0-7_]*/y) || this.#accept(/0[bB][01_]*/y);
    const isHex = isBased && /0[xX]/.test(this.#source.slice(this.#start, this.#at));
    if (!isBased) this.#accept(/[0-9_]+/y);
    if (this.#accept(/\./y)) this.#accept(isHex ? /[0-9a-fA-F_]+/y : /[0-9_]+/y);
    if (!isBased) this.#accept(/[eE][-+]?[0-9_]*/y);
    if (isHex) this.#accept(/[pP][-+]?[0-9_]*/y);
    this.#accept(/i/y);
    const next = this.#peek();
    if (!alphanumeric.test(next)) return true;
    this.#at += next.length;
    return false;
  }

  #accept(pattern: RegExp): boolean {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#source);
    if (found === null) return false;
    this.#at += found[0].length;
    return true;
  }
}

/** `U+0024 '$'` */
export function showCharacter(character: string): string {
  const code = (character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0");
  return `U+${code} '${character}'`;
}
