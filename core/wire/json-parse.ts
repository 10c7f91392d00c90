import { err, ExactNumber, ok, type Result } from "#core/base";

export interface JsonLimits {
  /** How many objects and arrays may lie inside each other. */
  readonly depthMax: number;
}

const LONG_NUMBER = /[\d.]{16}/;
const DEPTH_MAX = 1000;

/**
 * Parses a JSON text. A number that a double would change comes back as an ExactNumber; texts without a number of
 * sixteen digits or more take the platform's parser. Like Go's decoder it stops after the first value.
 */
export function parseJson(text: string, limits: JsonLimits = { depthMax: DEPTH_MAX }): Result<unknown> {
  if (LONG_NUMBER.test(text) || nestsDeeperThan(text, limits.depthMax)) return parseExactly(text, limits);
  try {
    return ok(JSON.parse(text));
  } catch {
    return parseExactly(text, limits);
  }
}

function nestsDeeperThan(text: string, depthMax: number): boolean {
  let depth = 0;
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    if (code === 0x5b || code === 0x7b) {
      if (++depth > depthMax) return true;
    } else if (code === 0x5d || code === 0x7d) depth--;
  }
  return false;
}

class JsonError extends Error {}

function parseExactly(text: string, limits: JsonLimits): Result<unknown> {
  try {
    return ok(new ExactParser(text, limits.depthMax).parse());
  } catch (error) {
    if (error instanceof JsonError) return err("bad_request", error.message);
    throw error;
  }
}

const NUMBER_AT = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const STRING_AT = /"(?:[^"\\]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y;
const SPACE_AT = /[ \t\r\n]*/y;

class ExactParser {
  readonly #text: string;
  readonly #depthMax: number;
  #at = 0;

  constructor(text: string, depthMax: number) {
    this.#text = text;
    this.#depthMax = depthMax;
  }

  parse(): unknown {
    this.#space();
    return this.#value(0);
  }

  #value(depth: number): unknown {
    if (depth > this.#depthMax) throw new JsonError("exceeded max depth");
    const first = this.#text[this.#at];
    if (first === "{") return this.#object(depth);
    if (first === "[") return this.#array(depth);
    if (first === '"') return this.#string();
    for (const [word, value] of [
      ["true", true],
      ["false", false],
      ["null", null],
    ] as const) {
      if (this.#text.startsWith(word, this.#at)) {
        this.#at += word.length;
        return value;
      }
    }
    return this.#number();
  }

  #object(depth: number): unknown {
    const result: Record<string, unknown> = {};
    this.#at++;
    this.#space();
    if (this.#take("}")) return result;
    for (;;) {
      this.#space();
      const key = this.#string("looking for beginning of object key string");
      this.#space();
      if (!this.#take(":")) throw this.#unexpected("after object key");
      this.#space();
      Object.defineProperty(result, key, {
        value: this.#value(depth + 1),
        enumerable: true,
        writable: true,
        configurable: true,
      });
      this.#space();
      if (this.#take("}")) return result;
      if (!this.#take(",")) throw this.#unexpected("after object key:value pair");
    }
  }

  #array(depth: number): unknown {
    const result: unknown[] = [];
    this.#at++;
    this.#space();
    if (this.#take("]")) return result;
    for (;;) {
      this.#space();
      result.push(this.#value(depth + 1));
      this.#space();
      if (this.#take("]")) return result;
      if (!this.#take(",")) throw this.#unexpected("after array element");
    }
  }

  #string(where = "looking for beginning of value"): string {
    STRING_AT.lastIndex = this.#at;
    const found = STRING_AT.exec(this.#text);
    if (!found) throw this.#unexpected(this.#text[this.#at] === '"' ? "in string literal" : where);
    this.#at = STRING_AT.lastIndex;
    try {
      return JSON.parse(found[0]) as string;
    } catch {
      throw new JsonError("invalid control character in string literal");
    }
  }

  #number(): number | ExactNumber {
    NUMBER_AT.lastIndex = this.#at;
    const found = NUMBER_AT.exec(this.#text);
    if (!found) throw this.#unexpected("looking for beginning of value");
    this.#at = NUMBER_AT.lastIndex;
    const value = Number(found[0]);
    return isSame(found[0], value) ? value : new ExactNumber(found[0]);
  }

  #space(): void {
    SPACE_AT.lastIndex = this.#at;
    SPACE_AT.exec(this.#text);
    this.#at = SPACE_AT.lastIndex;
  }

  #take(mark: string): boolean {
    if (this.#text[this.#at] !== mark) return false;
    this.#at++;
    return true;
  }

  #unexpected(where: string): JsonError {
    const found = this.#text[this.#at];
    if (found === undefined) return new JsonError("unexpected EOF");
    return new JsonError(`invalid character ${found === "'" ? `'\\''` : `'${found}'`} ${where}`);
  }
}

/** Whether the double stands for the same number as the literal: compared as digits and exponent. */
function isSame(literal: string, value: number): boolean {
  if (!Number.isFinite(value)) return false;
  if (literal.length < 16) return true;
  if (Number.isSafeInteger(value) && /^-?\d+$/.test(literal)) return true;
  return normalise(literal) === normalise(String(value));
}

function normalise(literal: string): string {
  const [, sign = "", whole = "", fraction = "", exponent = "0"] =
    /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(literal) ?? [];
  const digits = `${whole}${fraction}`.replace(/^0+/, "");
  const trimmed = digits.replace(/0+$/, "");
  const scale = trimmed === "" ? 0 : Number(exponent) - fraction.length + (digits.length - trimmed.length);
  return `${sign}${trimmed}e${scale}`;
}
