import { bytesOfText } from "../values/bytes.ts";
import { sortedEntries } from "../values/order.ts";
import {
  Channel,
  Complex,
  GoMap,
  Int,
  JsonNumber,
  List,
  NilPointer,
  Struct,
  type Value,
  typeName,
} from "../values/value.ts";
import { show, showInt } from "./default.ts";
import { formatFloat } from "./float.ts";
import { goSyntax } from "./go-syntax.ts";
import { canBackquote, isPrintable, quote } from "./quote.ts";

export interface Directive {
  readonly verb: string;
  readonly width: number | undefined;
  readonly precision: number | undefined;
  readonly isLeft: boolean;
  readonly isZero: boolean;
  readonly isPlus: boolean;
  readonly isSharp: boolean;
  readonly isSpace: boolean;
  /** Whether a struct's fields are shown with their names. */
  readonly isNamed?: boolean;
}

/** One argument under one directive. */
export function formatValue(value: Value, given: Directive, depth: number): string {
  const { verb } = given;
  // With %+v the plus asks for the names of fields, not for signs.
  const directive = verb === "v" && given.isPlus ? { ...given, isPlus: false, isNamed: true } : given;
  if (verb === "T") return formatText(typeName(value), { ...directive, verb: "s" });
  if (verb === "v" && directive.isSharp) return pad(goSyntax(value), directive);
  if (value == null) return verb === "v" ? pad("<nil>", { ...directive, isZero: false }) : badVerb(value, directive);
  if (typeof value === "string") return formatText(value, directive);
  if (typeof value === "boolean")
    return verb === "t" || verb === "v" ? pad(String(value), directive) : badVerb(value, directive);
  if (typeof value === "number") return formatNumber(value, directive);
  if (value instanceof Int) return formatInt(value, directive);
  return formatComposite(value, directive, depth);
}

function badVerb(value: Value, { verb }: Directive): string {
  return value == null ? `%!${verb}(<nil>)` : `%!${verb}(${typeName(value)}=${show(value)})`;
}

function pad(text: string, { width, isLeft, isZero }: Directive): string {
  if (width === undefined) return text;
  const missing = width - Array.from(text).length;
  if (missing <= 0) return text;
  return isLeft ? text + " ".repeat(missing) : (isZero ? "0" : " ").repeat(missing) + text;
}

function formatText(value: string, directive: Directive): string {
  const { verb, precision, isSharp, isPlus } = directive;
  const cut =
    precision === undefined || verb === "x" || verb === "X" ? value : Array.from(value).slice(0, precision).join("");
  switch (verb) {
    case "s":
    case "v":
      return pad(cut, directive);
    case "q":
      if (isSharp && canBackquote(cut)) return pad(`\`${cut}\``, directive);
      return pad(quote(cut, isPlus), directive);
    case "x":
    case "X":
      return pad(hexText(value, directive), directive);
    default:
      return badVerb(value, directive);
  }
}

function hexText(value: string, { verb, precision, isSharp, isSpace }: Directive): string {
  const bytes = bytesOfText(value).subarray(0, precision);
  const pairs = [...bytes].map((byte) => byte.toString(16).padStart(2, "0"));
  const prefix = isSharp && pairs.length > 0 ? "0x" : "";
  const text = isSpace ? pairs.map((pair) => prefix + pair).join(" ") : prefix + pairs.join("");
  return verb === "X" ? text.toUpperCase() : text;
}

const floatVerbs = "eEfFgGbxX";
const defaultPrecision: Readonly<Record<string, number>> = { e: 6, E: 6, f: 6, F: 6 };

function formatNumber(value: number, directive: Directive): string {
  const verb = directive.verb === "v" ? "g" : directive.verb;
  if (!floatVerbs.includes(verb)) return badVerb(value, directive);
  let text = formatFloat(value, verb, directive.precision ?? defaultPrecision[verb] ?? -1);
  if (directive.isSharp && !/[bxX]/.test(verb)) text = withPoint(text, verb, directive.precision);
  return padNumber(signed(text, directive), directive, Number.isFinite(value));
}

/** With `#` there is always a decimal point, and `%g` keeps the zeros that it drops otherwise. */
function withPoint(text: string, verb: string, precision: number | undefined): string {
  const [, sign = "", digits = "", exponent = ""] = /^([-+]?)([0-9.]+)(e.*)?$/i.exec(text) ?? [];
  if (digits === "") return text;
  const hasPoint = digits.includes(".");
  const significant = digits.replace(".", "").replace(/^0+/, "").length;
  const counted = !hasPoint && digits === "0" ? 1 : significant;
  const zeros = /[gGv]/.test(verb) ? (precision ?? 6) - counted : 0;
  return `${sign}${digits}${hasPoint ? "" : "."}${"0".repeat(Math.max(0, zeros))}${exponent}`;
}

function signed(text: string, { isPlus, isSpace }: Directive): string {
  if (text.startsWith("-")) return text;
  const bare = text.replace(/^\+/, "");
  return isPlus ? `+${bare}` : isSpace ? ` ${bare}` : text === "+Inf" ? "+Inf" : bare;
}

/** Zeros go between the sign and the digits. */
function padNumber(text: string, directive: Directive, isFinite: boolean): string {
  const { width, isZero } = directive;
  if (!isZero || !isFinite || width === undefined) return pad(text, { ...directive, isZero: isZero && isFinite });
  const [, sign = "", rest = ""] = /^([-+ ]?)(.*)$/s.exec(text) ?? [];
  return sign + rest.padStart(width - sign.length, "0");
}

const bases: Readonly<Record<string, number>> = { v: 10, d: 10, b: 2, o: 8, O: 8, x: 16, X: 16 };
const prefixes: Readonly<Record<string, string>> = { b: "0b", o: "0", x: "0x", X: "0X" };

function formatInt(value: Int, directive: Directive): string {
  const { verb, isSharp, precision } = directive;
  const isNamed = value.type.startsWith("time.");
  if (isNamed && "vsq".includes(verb)) return formatText(showInt(value), directive);
  const base = bases[verb];
  if (base === undefined) return formatCharacter(value, directive);
  const isNegative = value.value < 0;
  let digits = (isNegative ? -value.value : value.value).toString(base);
  if (verb === "X") digits = digits.toUpperCase();
  if (precision !== undefined) digits = precision === 0 && digits === "0" ? "" : digits.padStart(precision, "0");
  let prefix = verb === "O" ? "0o" : isSharp ? (prefixes[verb] ?? "") : "";
  if (verb === "o" && digits.startsWith("0")) prefix = "";
  const body = prefix + digits;
  const zero = directive.isZero && precision === undefined;
  const missing = (directive.width ?? 0) - body.length - (isNegative || directive.isPlus || directive.isSpace ? 1 : 0);
  const padded = zero && missing > 0 ? prefix + "0".repeat(missing) + digits : body;
  return pad(signed(isNegative ? `-${padded}` : padded, directive), { ...directive, isZero: false });
}

function formatCharacter(value: Int, directive: Directive): string {
  const { verb, isSharp, isPlus } = directive;
  const code = Number(value.value);
  const isValid = code >= 0 && code <= 0x10ffff && !(code >= 0xd800 && code < 0xe000);
  const character = isValid ? String.fromCodePoint(code) : "\ufffd";
  switch (verb) {
    case "c":
      return pad(character, directive);
    case "q":
      return pad(quote(character, isPlus, "'"), directive);
    case "U": {
      const hex = `U+${code
        .toString(16)
        .toUpperCase()
        .padStart(Math.max(4, directive.precision ?? 4), "0")}`;
      const shown = isSharp && isValid && isPrintable(character) ? `${hex} '${character}'` : hex;
      return pad(shown, { ...directive, isZero: false });
    }
    default:
      return badVerb(value, directive);
  }
}

function formatComposite(
  value: List | GoMap | Struct | NilPointer | Channel | Complex | JsonNumber,
  directive: Directive,
  depth: number,
): string {
  if (value instanceof JsonNumber) return formatText(value.text, directive);
  if (value instanceof Complex) return formatComplex(value, directive);
  if (value instanceof List) {
    const items = value.items.map((item) => formatValue(item, directive, depth + 1));
    return `[${items.join(" ")}]`;
  }
  if (value instanceof GoMap) {
    const pairs = sortedEntries(value).map(
      ([key, item]) => `${formatValue(key, directive, depth + 1)}:${formatValue(item, directive, depth + 1)}`,
    );
    return `map[${pairs.join(" ")}]`;
  }
  if (value instanceof Struct) return formatStruct(value, directive, depth);
  if (directive.verb === "v" || directive.verb === "p") return pad(show(value), directive);
  return badVerb(value, directive);
}

function formatStruct(value: Struct, directive: Directive, depth: number): string {
  const { type, values } = value;
  if (type.show !== undefined && "vsqxX".includes(directive.verb)) return formatText(type.show(value), directive);
  if (type.isPointer && depth > 0) return show(value, depth);
  const fields = type.fields.map(
    (name) => (directive.isNamed === true ? `${name}:` : "") + formatValue(values[name], directive, depth + 1),
  );
  return `${type.isPointer ? "&" : ""}{${fields.join(" ")}}`;
}

function formatComplex(value: Complex, directive: Directive): string {
  if (directive.verb !== "v" && !floatVerbs.includes(directive.verb)) return badVerb(value, directive);
  const real = formatNumber(value.real, directive);
  const imaginary = formatNumber(value.imaginary, { ...directive, isPlus: true });
  return `(${real}${imaginary}i)`;
}
