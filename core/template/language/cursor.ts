import { assert } from "#core/base";
import type { Token } from "./token.ts";

/** Where the parser stands in its tokens; beyond the last one stands the last one. */
export class Cursor {
  readonly #tokens: readonly Token[];
  /** The index of the token that is taken next. */
  next = 0;
  /** The index of the furthest token that was looked at. */
  furthest = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  token(index: number): Token {
    const bounded = Math.min(index, this.#tokens.length - 1);
    this.furthest = Math.max(this.furthest, bounded);
    const token = this.#tokens[bounded];
    assert(token !== undefined, "a token list is never empty");
    return token;
  }

  peek(): Token {
    return this.token(this.next);
  }

  take(): Token {
    const token = this.peek();
    this.next += 1;
    return token;
  }

  skipSpace(): void {
    while (this.peek().type === "space") this.next += 1;
  }

  peekNonSpace(): Token {
    this.skipSpace();
    return this.peek();
  }

  takeNonSpace(): Token {
    this.skipSpace();
    return this.take();
  }
}
