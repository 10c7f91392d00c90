import type { Budget } from "../budget.ts";
import { tryConvert } from "../convert.ts";
import { formatNumber, type HclNumber, isInteger, toBigInt, toFloat64 } from "../number.ts";
import { FunctionFault, type HclFunction } from "../scope.ts";
import { boolType, numberType, stringType, type Type } from "../type.ts";
import { countGraphemes, graphemes } from "../graphemes.ts";
import { listValue, stringValue, type Value } from "../value.ts";
import { aString, chargeTexts, define, nullable, textOf } from "./define.ts";
import { encodeJsonValue } from "./json-functions.ts";
import { made } from "./strings.ts";

const verb = /%(?:%|([#+\- 0]*)(\d{1,4})?(?:\.(\d{0,4}))?(?:\[(\d{1,3})\])?([a-zA-Z]))/g;

interface Verb {
  readonly letter: string;
  readonly flags: string;
  readonly width: number;
  readonly precision: number | undefined;
}

function precisionOf(digits: string | undefined): number | undefined {
  return digits === undefined ? undefined : Number(digits);
}

/** As Go's fmt, with the verbs that cty knows: v t b d o x X e E f g G s q. */
export function formatText(template: string, values: readonly Value[], budget: Budget): string {
  let next = 0;
  let highest = 0;
  const stray = /%(?!%|[#+\- 0]*\d{0,4}(?:\.\d{0,4})?(?:\[\d{1,3}\])?[a-zA-Z])/.exec(template.replaceAll("%%", ""));
  if (stray !== null) throw new FunctionFault("unrecognized format sequence after %", 0);
  budget.text(template.length);
  const text = template.replace(
    verb,
    (whole, flags?: string, width?: string, precision?: string, at?: string, letter?: string) => {
      if (letter === undefined) return "%";
      if (at !== undefined) next = Number(at) - 1;
      const value = values[next];
      if (value === undefined)
        throw new FunctionFault(
          `not enough arguments for ${JSON.stringify(whole)}: need ${next + 1}, have ${values.length}`,
        );
      next += 1;
      highest = Math.max(highest, next);
      const spec = { letter, flags: flags ?? "", width: Number(width ?? 0), precision: precisionOf(precision) };
      // Before it is made: the same argument may be asked for many times.
      chargeTexts(value, budget);
      budget.text(spec.width + (spec.precision ?? 0));
      return apply(value, next, spec);
    },
  );
  if (highest < values.length && !/\[\d/.test(template))
    throw new FunctionFault(`too many arguments; only ${highest} used by the format`);
  return text;
}

function apply(value: Value, position: number, spec: Verb): string {
  const { letter } = spec;
  if (letter === "v") return padded(spec.flags.includes("#") ? encodeJsonValue(value) : general(value), spec, false);
  if (value.kind === "null")
    throw new FunctionFault(`unsupported value for "%${letter}": null value cannot be formatted`, position);
  if (letter === "t")
    return padded(String((needed(value, boolType, position) as { value: boolean }).value), spec, false);
  if (letter === "s" || letter === "q") return textVerb(textOf(needed(value, stringType, position)), spec);
  const number = needed(value, numberType, position);
  if (number.kind !== "number") throw new FunctionFault("a number is required", position);
  return numberVerb(number.value, spec, position);
}

function needed(value: Value, type: Type, position: number): Value {
  const converted = tryConvert(value, type);
  if (converted === undefined) throw new FunctionFault(`unsupported value: a ${type.kind} is required`, position);
  return converted;
}

function general(value: Value): string {
  if (value.kind === "string") return value.value;
  if (value.kind === "number") return formatNumber(value.value);
  return encodeJsonValue(value);
}

function textVerb(text: string, spec: Verb): string {
  const cut = spec.precision === undefined ? text : graphemes(text).slice(0, spec.precision).join("");
  return padded(spec.letter === "q" ? JSON.stringify(cut) : cut, spec, false);
}

function numberVerb(value: HclNumber, spec: Verb, position: number): string {
  const bases: Readonly<Record<string, number>> = { b: 2, o: 8, d: 10, x: 16, X: 16 };
  const base = bases[spec.letter];
  if (base === undefined) return padded(signed(floatText(value, spec, position), spec), spec, true);
  if (!isInteger(value))
    throw new FunctionFault(`unsupported value for "%${spec.letter}": an integer is required`, position);
  const digits = toBigInt(value).toString(base);
  return padded(signed(spec.letter === "X" ? digits.toUpperCase() : digits, spec), spec, true);
}

function signed(text: string, spec: Verb): string {
  if (text.startsWith("-")) return text;
  return spec.flags.includes("+") ? `+${text}` : spec.flags.includes(" ") ? ` ${text}` : text;
}

function floatText(value: HclNumber, spec: Verb, position: number): string {
  const float = toFloat64(value);
  switch (spec.letter.toLowerCase()) {
    case "e":
      return cased(exponent(float.toExponential(Math.min(spec.precision ?? 6, 100))), spec);
    case "f":
      return fixed(value, spec.precision ?? 6);
    case "g":
      return cased(generalFloat(float, spec.precision), spec);
    default:
      throw new FunctionFault(`unsupported format verb "%${spec.letter}"`, position);
  }
}

function cased(text: string, spec: Verb): string {
  return spec.letter === spec.letter.toUpperCase() ? text.toUpperCase() : text;
}

/** At least two digits of exponent. */
function exponent(text: string): string {
  return text.replace(/e([+-])(\d)$/, "e$10$2");
}

function generalFloat(value: number, precision: number | undefined): string {
  const text =
    precision === undefined
      ? value.toExponential()
      : value.toExponential(Math.min(100, Math.max(0, (precision || 1) - 1)));
  const power = Number(/e([+-]\d+)$/.exec(text)?.[1] ?? 0);
  const limit = precision === undefined ? 21 : precision || 1;
  const shortLimit = precision === undefined ? Math.max(6, text.replace(/e.*|[.-]/g, "").length) : limit;
  if (power < -4 || power >= (precision === undefined ? Math.min(shortLimit, 6) : limit))
    return exponent(text.replace(/\.?0+e/, "e"));
  return String(Number(text));
}

/** Rounds half away from zero on the exact decimal value. */
function fixed(value: HclNumber, precision: number): string {
  if (isInteger(value))
    return precision === 0 ? formatNumber(value) : `${formatNumber(value)}.${"0".repeat(precision)}`;
  const [whole = "", fraction = ""] = formatNumber(value).replace("-", "").split(".");
  const digits =
    BigInt(whole + fraction.slice(0, precision).padEnd(precision, "0")) + (fraction.charAt(precision) >= "5" ? 1n : 0n);
  const text = digits.toString().padStart(precision + 1, "0");
  const sign = toFloat64(value) < 0 ? "-" : "";
  return precision === 0 ? sign + text : `${sign}${text.slice(0, -precision)}.${text.slice(-precision)}`;
}

function padded(text: string, spec: Verb, numeric: boolean): string {
  const missing = spec.width - countGraphemes(text);
  if (missing <= 0) return text;
  if (spec.flags.includes("-")) return text + " ".repeat(missing);
  if (!spec.flags.includes("0")) return " ".repeat(missing) + text;
  const sign = numeric ? (/^[+\- ]/.exec(text)?.[0] ?? "") : "";
  return sign + "0".repeat(missing) + text.slice(sign.length);
}

function formatList(template: string, values: readonly Value[], budget: Budget): Value {
  const lists = values.filter((value) => "items" in value);
  const lengths = new Set(lists.map((list) => ("items" in list ? list.items.length : 0)));
  if (lengths.size > 1) throw new FunctionFault("the lists have different lengths");
  const count = lists.length === 0 ? 1 : ([...lengths][0] ?? 0);
  const rows = Array.from({ length: count }, (_, row) =>
    formatText(
      template,
      values.map((value) => ("items" in value ? (value.items[row] as Value) : value)),
      budget,
    ),
  );
  return listValue(rows.map(stringValue), stringType);
}

export const formatFunctions: ReadonlyMap<string, HclFunction> = new Map<string, HclFunction>([
  [
    "format",
    define(
      [aString("format")],
      ([template, ...values], budget) => made(formatText(textOf(template), values, budget), budget),
      nullable("args"),
    ),
  ],
  [
    "formatlist",
    define(
      [aString("format")],
      ([template, ...values], budget) => formatList(textOf(template), values, budget),
      nullable("args"),
    ),
  ],
]);
