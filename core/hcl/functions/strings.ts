import { compileRegex, type Regex } from "#core/values";
import type { Budget } from "../budget.ts";
import { graphemes } from "../graphemes.ts";
import { FunctionFault, type HclFunction } from "../scope.ts";
import { stringType } from "../type.ts";
import { compareText, listValue, numberValue, stringValue, type Value } from "../value.ts";
import { aListOf, aNumber, aString, define, itemsOf, textOf, wholeOf } from "./define.ts";

function one(apply: (text: string) => string): HclFunction {
  return define([aString("str")], ([text], budget) => made(apply(textOf(text)), budget));
}

function two(second: string, apply: (text: string, other: string) => string): HclFunction {
  return define([aString("str"), aString(second)], ([a, b], budget) => made(apply(textOf(a), textOf(b)), budget));
}

/** Charges the file for a text that a function has made. */
export function made(text: string, budget: Budget): Value {
  budget.text(text.length);
  return stringValue(text);
}

const PIECE_UNITS = 4096;

/** Text built from pieces: one grown character by character holds a node for each of them. */
export function inPieces(text: string, apply: (character: string) => string): string {
  const pieces: string[] = [];
  for (let at = 0; at < text.length; ) {
    const splitsPair = (text.codePointAt(at + PIECE_UNITS - 1) ?? 0) > 0xffff;
    const end = at + PIECE_UNITS + (splitsPair ? 1 : 0);
    pieces.push(Array.from(text.slice(at, end), apply).join(""));
    at = end;
  }
  return pieces.join("");
}

/** Character by character, as Go does: what would become two characters stays. */
function mapCase(text: string, apply: (character: string) => string): string {
  return inPieces(text, (character) => {
    const mapped = apply(character);
    return Array.from(mapped).length === 1 ? mapped : character;
  });
}

/** Without the characters of a kind at its ends. An expression for the end would look at each run of them. */
function trimmed(text: string, kind: RegExp): string {
  let start = 0;
  while (start < text.length && kind.test(text.charAt(start))) start += 1;
  return trimmedEnd(text.slice(start), kind);
}

function trimmedEnd(text: string, kind: RegExp): string {
  let end = text.length;
  while (end > 0 && kind.test(text.charAt(end - 1))) end -= 1;
  return text.slice(0, end);
}

const upper = (text: string): string => mapCase(text, (character) => character.toUpperCase());
const lower = (text: string): string => mapCase(text, (character) => character.toLowerCase());

function trimSet(text: string, cut: string): string {
  const unwanted = new Set(cut);
  const characters = Array.from(text);
  let [start, end] = [0, characters.length];
  while (start < end && unwanted.has(characters[start] as string)) start += 1;
  while (end > start && unwanted.has(characters[end - 1] as string)) end -= 1;
  return characters.slice(start, end).join("");
}

function substring(text: string, offset: number, length: number): string {
  const characters = graphemes(text);
  const from = offset < 0 ? Math.max(0, characters.length + offset) : offset;
  return characters.slice(from, length < 0 ? undefined : from + length).join("");
}

function replaceText(text: string, from: string, to: string, budget: Budget): Value {
  const count = from === "" ? Array.from(text).length + 1 : text.split(from).length - 1;
  budget.text(text.length + count * to.length);
  return stringValue(
    from === ""
      ? `${to}${Array.from(text)
          .map((character) => character + to)
          .join("")}`
      : text.replaceAll(from, to),
  );
}

function compiled(pattern: string): Regex {
  const result = compileRegex(pattern);
  if (!result.ok) throw new FunctionFault(result.failure.message, 1);
  return result.value;
}

function regexReplace(text: string, pattern: string, replacement: string, budget: Budget): Value {
  const regex = compiled(pattern);
  budget.step(Math.ceil((text.length * regex.size) / 50));
  // Many matches may each look to the end of the text: what they really cost is charged as it comes.
  const charge = (work: number): void => budget.step(1 + (work >> 3));
  return made(regex.replaceAll(text, replacement, charge), budget);
}

function join(separator: string, lists: readonly Value[], budget: Budget): Value {
  const items = lists.flatMap((list, index) => itemsOf(list, index + 1)).map(textOf);
  const total = items.reduce((sum, item) => sum + item.length + separator.length, 0);
  budget.text(total);
  return stringValue(items.join(separator));
}

function split(separator: string, text: string): Value {
  const parts = separator === "" ? Array.from(text) : text.split(separator);
  return listValue(parts.map(stringValue), stringType);
}

export const stringFunctions: ReadonlyMap<string, HclFunction> = new Map<string, HclFunction>([
  ["upper", one(upper)],
  ["lower", one(lower)],
  ["title", one((text) => text.replace(/(?<![\p{L}\p{N}_])\p{L}/gu, upper))],
  ["trimspace", one((text) => trimmed(text, /\p{White_Space}/u))],
  ["chomp", one((text) => trimmedEnd(text, /[\r\n]/))],
  ["reverse", one((text) => graphemes(text).reverse().join(""))],
  ["strrev", one((text) => graphemes(text).reverse().join(""))],
  ["strlen", define([aString("str")], ([text]) => numberValue(graphemes(textOf(text)).length))],
  ["trim", two("cutset", trimSet)],
  ["trimprefix", two("prefix", (text, prefix) => (text.startsWith(prefix) ? text.slice(prefix.length) : text))],
  [
    "trimsuffix",
    two("suffix", (text, suffix) => (suffix !== "" && text.endsWith(suffix) ? text.slice(0, -suffix.length) : text)),
  ],
  [
    "substr",
    define([aString("str"), aNumber("offset"), aNumber("length")], ([text, offset, length]) =>
      stringValue(substring(textOf(text), wholeOf(offset, 1), wholeOf(length, 2))),
    ),
  ],
  [
    "indent",
    define([aNumber("spaces"), aString("str")], ([spaces, text], budget) => {
      const pad = " ".repeat(Math.min(1000, Math.max(0, wholeOf(spaces, 0))));
      return replaceText(textOf(text), "\n", `\n${pad}`, budget);
    }),
  ],
  [
    "replace",
    define([aString("str"), aString("substr"), aString("replace")], ([text, from, to], budget) =>
      replaceText(textOf(text), textOf(from), textOf(to), budget),
    ),
  ],
  [
    "regex_replace",
    define([aString("str"), aString("pattern"), aString("replace")], ([text, pattern, to], budget) =>
      regexReplace(textOf(text), textOf(pattern), textOf(to), budget),
    ),
  ],
  [
    "join",
    define(
      [aString("separator"), aListOf("lists", stringType)],
      ([separator, ...lists], budget) => join(textOf(separator), lists, budget),
      aListOf("lists", stringType),
    ),
  ],
  [
    "split",
    define([aString("separator"), aString("str")], ([separator, text]) => split(textOf(separator), textOf(text))),
  ],
  [
    "sort",
    define([aListOf("list", stringType)], ([list]) => {
      const sorted = itemsOf(list, 0).map(textOf).sort(compareText);
      return listValue(sorted.map(stringValue), stringType);
    }),
  ],
]);
