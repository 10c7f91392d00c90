import { CallFault } from "../language/fault.ts";
import { Int, type Value, typeName } from "../values/value.ts";
import { show } from "./default.ts";
import { type Directive, formatValue } from "./verbs.ts";

const WIDTH_MAX = 1_000_000;

interface Number_ {
  readonly value: number | undefined;
  readonly isMissing: boolean;
}

/** Go's Sprintf, with its marks for what does not fit: `%!d(string=x)`, `%!(EXTRA int=2)`, … */
export function sprintf(format: string, args: readonly Value[]): string {
  return new Formatter(format, args).run();
}

class Formatter {
  readonly #format: string;
  readonly #args: readonly Value[];
  #at = 0;
  #arg = 0;
  #isReordered = false;
  #isGoodIndex = true;
  #hasIndex = false;

  constructor(format: string, args: readonly Value[]) {
    this.#format = format;
    this.#args = args;
  }

  run(): string {
    let out = "";
    for (;;) {
      const percent = this.#format.indexOf("%", this.#at);
      out += this.#format.slice(this.#at, percent === -1 ? undefined : percent);
      if (percent === -1) break;
      this.#at = percent + 1;
      out += this.#directive();
      if (out.length > WIDTH_MAX * 16) throw new CallFault("the formatted text is too long");
    }
    return out + this.#extra();
  }

  #extra(): string {
    if (this.#isReordered || this.#arg >= this.#args.length) return "";
    const rest = this.#args.slice(this.#arg);
    return `%!(EXTRA ${rest.map((arg) => (arg == null ? "<nil>" : `${typeName(arg)}=${show(arg)}`)).join(", ")})`;
  }

  #directive(): string {
    const flags = this.#flags();
    this.#isGoodIndex = true;
    this.#hasIndex = false;
    this.#argIndex();
    let out = "";
    const width = this.#number("width");
    if (width.isMissing) out += "%!(BADWIDTH)";
    let isLeft = flags.includes("-");
    let widthValue = width.value;
    if (widthValue !== undefined && widthValue < 0) {
      widthValue = -widthValue;
      isLeft = true;
    }
    let precision: number | undefined;
    if (this.#format[this.#at] === ".") {
      this.#at += 1;
      if (this.#hasIndex) this.#isGoodIndex = false;
      this.#argIndex();
      const found = this.#number("precision");
      if (found.isMissing || (found.value ?? 0) < 0) out += "%!(BADPREC)";
      else precision = found.value ?? 0;
    }
    if (!this.#hasIndex) this.#argIndex();
    return out + this.#verb(flags, isLeft, widthValue, precision);
  }

  #flags(): string {
    const found = /[-+# 0]*/y;
    found.lastIndex = this.#at;
    const flags = found.exec(this.#format)?.[0] ?? "";
    this.#at += flags.length;
    return flags;
  }

  /** A literal width or `*`, which takes an argument. */
  #number(what: "width" | "precision"): Number_ {
    if (this.#format[this.#at] === "*") {
      this.#at += 1;
      this.#hasIndex = false;
      const arg = this.#args[this.#arg];
      this.#arg += 1;
      const value = arg instanceof Int ? Number(arg.value) : undefined;
      const isUsable = value !== undefined && Math.abs(value) <= WIDTH_MAX;
      return { value: isUsable ? value : undefined, isMissing: !isUsable };
    }
    const digits = /[0-9]+/y;
    digits.lastIndex = this.#at;
    const text = digits.exec(this.#format)?.[0];
    if (text === undefined) return { value: undefined, isMissing: false };
    this.#at += text.length;
    if (this.#hasIndex) this.#isGoodIndex = false;
    const value = Number(text);
    if (value > WIDTH_MAX) throw new CallFault(`printf: a ${what} of ${text} is too large`);
    return { value, isMissing: false };
  }

  /** `[n]` before a verb or a star. */
  #argIndex(): void {
    if (this.#format[this.#at] !== "[") return;
    this.#isReordered = true;
    const close = this.#format.indexOf("]", this.#at);
    if (close === -1) {
      this.#isGoodIndex = false;
      this.#at += 1;
      return;
    }
    const text = this.#format.slice(this.#at + 1, close);
    this.#at = close + 1;
    this.#hasIndex = true;
    const index = /^[0-9]+$/.test(text) ? Number(text) : 0;
    if (index < 1 || index > this.#args.length) this.#isGoodIndex = false;
    else this.#arg = index - 1;
  }

  #verb(flags: string, isLeft: boolean, width: number | undefined, precision: number | undefined): string {
    const code = this.#format.codePointAt(this.#at);
    if (code === undefined) return "%!(NOVERB)";
    const verb = String.fromCodePoint(code);
    this.#at += verb.length;
    if (verb === "%") return "%";
    if (!this.#isGoodIndex) return `%!${verb}(BADINDEX)`;
    if (this.#arg >= this.#args.length) return `%!${verb}(MISSING)`;
    const arg = this.#args[this.#arg];
    this.#arg += 1;
    const directive: Directive = {
      verb,
      width,
      precision,
      isLeft,
      isZero: flags.includes("0") && !isLeft,
      isPlus: flags.includes("+"),
      isSharp: flags.includes("#"),
      isSpace: flags.includes(" "),
    };
    return formatValue(arg, directive, 0);
  }
}
