import { compileRegex, type Regex, type RegexMatch } from "#core/values";
import type { Session } from "../engine/session.ts";
import type { TemplateFunction } from "../language/function.ts";
import { GoMap, stringMap, strings, type Value } from "../values/value.ts";
import { group, intValue, listOf, refuse, text } from "./define.ts";

const f = group("Text");

/** Case changes one character for one, as Go does it: `ß` has no upper case of one character. */
export function mapCase(value: string, change: (character: string) => string): string {
  let result = "";
  for (const character of value) {
    const changed = change(character);
    result += Array.from(changed).length === 1 ? changed : character;
  }
  return result;
}

export const toUpper = (value: string): string => mapCase(value, (character) => character.toUpperCase());
export const toLower = (value: string): string => mapCase(value, (character) => character.toLowerCase());

/** Each letter that begins a word in upper case, a word being what Go's Title takes for one. */
export function toTitle(value: string): string {
  let previous = " ";
  let result = "";
  for (const character of value) {
    const isInside =
      /[\p{L}\p{Nd}_'\u2019]/u.test(previous) ||
      (previous.charCodeAt(0) < 0x80 && /[^\s\-!-/:-@[-`{-~]/.test(previous));
    result += isInside ? character : toUpper(character);
    previous = character;
  }
  return result;
}

export function trimSet(value: string, cutset: string, ends: "both" | "left" | "right" = "both"): string {
  const characters = Array.from(value);
  const cut = new Set(cutset);
  let [start, end] = [0, characters.length];
  if (ends !== "right") while (start < end && cut.has(characters[start] as string)) start += 1;
  if (ends !== "left") while (end > start && cut.has(characters[end - 1] as string)) end -= 1;
  return characters.slice(start, end).join("");
}

export function trimSpace(value: string): string {
  return value.replace(/^[\s\u0085]+|[\s\u0085]+$/g, "");
}

/** Like String.replaceAll, an empty search being before, between and after the characters. */
export function replaceText(value: string, from: string, to: string, session: Session): string {
  session.step(value.length >> 4);
  const parts = from === "" ? ["", ...Array.from(value), ""] : value.split(from);
  const size = value.length + (parts.length - 1) * (to.length - from.length);
  if (size > session.limits.outputMax) refuse("the replaced text is too long");
  return parts.join(to);
}

export function splitText(value: string, separator: string): string[] {
  return separator === "" ? Array.from(value) : value.split(separator);
}

export function pattern(source: string, session: Session): Regex {
  const compiled = compileRegex(source);
  if (!compiled.ok) return refuse(compiled.failure.message);
  session.step(source.length);
  return compiled.value;
}

/** Paths of a pattern that are advanced over a character in the time of a step: 2 to the power of this. */
const WORK_SHIFT = 3;

export function charge(session: Session): (work: number) => void {
  return (work) => session.step(1 + (work >> WORK_SHIFT));
}

/** All matches from left to right, at most `limit`; counted as work. */
export function matches(regex: Regex, value: string, session: Session, limit = Number.POSITIVE_INFINITY): RegexMatch[] {
  return regex.findAll(value, limit, charge(session));
}

function indent(spaces: number, value: string, session: Session): string {
  if (spaces < 0) return refuse("indent value must be a positive integer");
  if (spaces * value.length > session.limits.outputMax) return refuse("the indented text is too long");
  const lines = value.split("\n");
  if (lines.at(-1) === "") lines.pop();
  const pad = " ".repeat(spaces);
  const shown = lines.map((line) => (line === "" ? "" : pad + line)).join("\n");
  return value.endsWith("\n") ? `${shown}\n` : shown;
}

function split(separator: string, value: string): Value {
  const trimmed = trimSpace(value);
  return strings(trimmed === "" ? [] : splitText(trimmed, separator));
}

function splitToMap(pairSeparator: string, keySeparator: string, value: string): Value {
  const made = new GoMap(stringMap);
  for (const part of listOf(split(pairSeparator, value)) as readonly string[]) {
    const at = part.indexOf(keySeparator);
    if (at === -1 || keySeparator === "") continue;
    made.entries.set(trimSpace(part.slice(0, at)), trimSpace(part.slice(at + keySeparator.length)));
  }
  return made;
}

export const textFunctions: readonly TemplateFunction[] = [
  f("indent", "int; string", "string", "every line that is not empty that many spaces in", ([spaces, value], session) =>
    indent(intValue(spaces), text(value), session),
  ),
  f("join", "string; []string", "string", "the elements with the separator between", ([separator, list]) =>
    (listOf(list) as readonly string[]).join(text(separator)),
  ),
  f(
    "split",
    "string; string",
    "[]string",
    "the parts between separators; spaces around the whole are dropped",
    ([separator, value]) => split(text(separator), text(value)),
  ),
  f(
    "splitToMap",
    "string; string; string",
    "map[string]string",
    "pairs between the first separator, key and value by the second",
    (args) => splitToMap(text(args[0]), text(args[1]), text(args[2])),
  ),
  f(
    "replaceAll",
    "string; string; string",
    "string",
    "every occurrence of the first replaced by the second",
    ([from, to, value], session) => replaceText(text(value), text(from), text(to), session),
  ),
  f(
    "regexReplaceAll",
    "string; string; string",
    "string",
    "every match replaced; $1 and ${name} stand for groups",
    ([source, to, value], session) => pattern(text(source), session).replaceAll(text(value), text(to), charge(session)),
  ),
  f("regexMatch", "string; string", "bool", "whether the expression (RE2) matches", ([source, value], session) => {
    return matches(pattern(text(source), session), text(value), session, 1).length > 0;
  }),
  f("toLower", "string", "string", "in lower case", ([value]) => toLower(text(value))),
  f("toUpper", "string", "string", "in upper case", ([value]) => toUpper(text(value))),
  f("toTitle", "string", "string", "words in title case", ([value]) => toTitle(text(value))),
  f("trim", "string; string", "string", "without the characters of the first at both ends", ([cutset, value]) =>
    trimSet(text(value), text(cutset)),
  ),
  f("trimPrefix", "string; string", "string", "without the prefix", ([prefix, value]) =>
    text(value).startsWith(text(prefix)) ? text(value).slice(text(prefix).length) : value,
  ),
  f("trimSuffix", "string; string", "string", "without the suffix", ([suffix, value]) =>
    text(suffix) !== "" && text(value).endsWith(text(suffix)) ? text(value).slice(0, -text(suffix).length) : value,
  ),
  f("trimSpace", "string", "string", "without space at both ends", ([value]) => trimSpace(text(value))),
];
