import { GoMap, JsonNumber, List, type Value } from "../values/value.ts";

const DEPTH_MAX = 1000;
const loneSurrogate = /[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/g;

/** What is wrong with a JSON text, in the words of Go's decoder. */
export class JsonFault extends Error {}

/** Decodes JSON. Numbers become float64, or keep their digits. */
export function readJson(text: string, keepsNumbers = false): Value {
  return new JsonReader(text, keepsNumbers).read();
}

class JsonReader {
  readonly #text: string;
  readonly #keepsNumbers: boolean;
  #at = 0;
  #depth = 0;

  constructor(text: string, keepsNumbers: boolean) {
    this.#text = text;
    this.#keepsNumbers = keepsNumbers;
  }

  read(): Value {
    const value = this.#value();
    this.#space();
    if (this.#at < this.#text.length) this.#fail("after top-level value");
    return value;
  }

  #space(): void {
    while (this.#at < this.#text.length && " \t\r\n".includes(this.#text.charAt(this.#at))) this.#at += 1;
  }

  #fail(where: string): never {
    if (this.#at >= this.#text.length) throw new JsonFault("unexpected end of JSON input");
    const character = String.fromCodePoint(this.#text.codePointAt(this.#at) as number);
    const shown =
      character === "'" ? "'\\''" : character === '"' ? "'\"'" : `'${JSON.stringify(character).slice(1, -1)}'`;
    throw new JsonFault(`invalid character ${shown} ${where}`);
  }

  #value(): Value {
    this.#space();
    const next = this.#text.charAt(this.#at);
    if (next === "{") return this.#object();
    if (next === "[") return this.#array();
    if (next === '"') return this.#string();
    if (next === "-" || (next >= "0" && next <= "9")) return this.#number();
    if (next === "t") return this.#word("true", true);
    if (next === "f") return this.#word("false", false);
    if (next === "n") return this.#word("null", null);
    return this.#fail("looking for beginning of value");
  }

  #word(word: string, value: Value): Value {
    for (let index = 1; index < word.length; index++) {
      this.#at += 1;
      if (this.#text[this.#at] !== word[index]) this.#fail(`in literal ${word} (expecting '${word[index]}')`);
    }
    this.#at += 1;
    return value;
  }

  #number(): Value {
    const form = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?/y;
    form.lastIndex = this.#at;
    const text = form.exec(this.#text)?.[0];
    if (text === undefined) {
      this.#at += 1;
      return this.#fail("in numeric literal");
    }
    this.#at += text.length;
    if (this.#text[this.#at] === ".") {
      this.#at += 1;
      this.#fail("after decimal point in numeric literal");
    }
    return this.#keepsNumbers ? new JsonNumber(text) : Number(text);
  }

  #string(): string {
    const end = /[^"\\]*(?:\\.[^"\\]*)*"/sy;
    end.lastIndex = this.#at + 1;
    const body = end.exec(this.#text)?.[0];
    if (body === undefined) throw new JsonFault("unexpected end of JSON input");
    const literal = `"${body}`;
    // oxlint-disable-next-line no-control-regex -- control characters are what is refused
    const control = /[\u0000-\u001f]/.exec(literal);
    if (control !== null) {
      this.#at += control.index;
      this.#fail("in string literal");
    }
    try {
      const text = JSON.parse(literal) as string;
      this.#at += literal.length;
      return text.replace(loneSurrogate, "\ufffd");
    } catch {
      this.#at += /\\(?!["\\/bfnrtu])/.exec(literal)?.index ?? 0;
      this.#at += 1;
      return this.#fail("in string escape code");
    }
  }

  #enter(): void {
    this.#depth += 1;
    if (this.#depth > DEPTH_MAX) throw new JsonFault("exceeded max depth");
    this.#at += 1;
    this.#space();
  }

  #array(): Value {
    this.#enter();
    const items: Value[] = [];
    if (this.#text[this.#at] === "]") this.#at += 1;
    else {
      for (;;) {
        items.push(this.#value());
        this.#space();
        const next = this.#text[this.#at];
        if (next !== "," && next !== "]") this.#fail("after array element");
        this.#at += 1;
        if (next === "]") break;
      }
    }
    this.#depth -= 1;
    return new List(items);
  }

  #object(): Value {
    this.#enter();
    const made = new GoMap();
    if (this.#text[this.#at] === "}") this.#at += 1;
    else {
      for (;;) {
        this.#space();
        if (this.#text[this.#at] !== '"') this.#fail("looking for beginning of object key string");
        const key = this.#string();
        this.#space();
        if (this.#text[this.#at] !== ":") this.#fail("after object key");
        this.#at += 1;
        made.entries.set(key, this.#value());
        this.#space();
        const next = this.#text[this.#at];
        if (next !== "," && next !== "}") this.#fail("after object key:value pair");
        this.#at += 1;
        if (next === "}") break;
      }
    }
    this.#depth -= 1;
    return made;
  }
}
