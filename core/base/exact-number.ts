import { assert } from "./assert.ts";

const NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;

/** A number that a double cannot hold, kept as its JSON literal (RFC 8259 §6). Opaque values carry it unchanged. */
export class ExactNumber {
  readonly literal: string;

  constructor(literal: string) {
    assert(NUMBER.test(literal), () => `not a JSON number: ${literal}`);
    this.literal = literal;
  }

  /** The nearest double. */
  valueOf(): number {
    return Number(this.literal);
  }

  toString(): string {
    return this.literal;
  }
}
