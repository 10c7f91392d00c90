import { quote } from "../format/quote.ts";
import type { Session } from "../engine/session.ts";
import { intValue, refuse, text } from "../functions/define.ts";
import { replaceText, splitText, toLower, toTitle, toUpper, trimSet, trimSpace } from "../functions/text.ts";
import type { TemplateFunction } from "../language/function.ts";
import { GoMap, stringMap, List, strings, type Value } from "../values/value.ts";
import { sprig, textOf, textsOf } from "./define.ts";
import { camelCase, delimited, initials, swapCase, wrap } from "./words.ts";

const f = sprig("text");
const local = sprig("text", "local");

function bounded(size: number, session: Session): void {
  session.step(size >> 4);
  if (size > session.limits.outputMax) refuse("the text is too long");
}

function indented(spaces: number, value: string, session: Session): string {
  const count = Math.max(0, spaces);
  const lines = value.split("\n");
  bounded(value.length + lines.length * count, session);
  const pad = " ".repeat(count);
  return pad + lines.join(`\n${pad}`);
}

function substring([start, end, value]: readonly Value[]): string {
  const [from, to, source] = [intValue(start), intValue(end), text(value)];
  if (from < 0) return source.slice(0, Math.max(0, to));
  if (to < 0 || to > source.length) return source.slice(from);
  return source.slice(from, to);
}

function truncated(count: number, value: string): string {
  if (count < 0 && value.length + count > 0) return value.slice(value.length + count);
  return count >= 0 && value.length > count ? value.slice(0, count) : value;
}

const ELLIPSIS = "...";

function abbreviated(offset: number, width: number, value: string): string {
  if (width < 4 || (offset > 0 && width < 7) || value.length <= width) return value;
  let from = Math.min(offset, value.length);
  if (value.length - from < width - ELLIPSIS.length) from = value.length - (width - ELLIPSIS.length);
  if (from <= 4) return value.slice(0, width - ELLIPSIS.length) + ELLIPSIS;
  if (from + width - ELLIPSIS.length < value.length)
    return ELLIPSIS + abbreviated(0, width - ELLIPSIS.length, value.slice(from));
  return ELLIPSIS + value.slice(value.length - (width - ELLIPSIS.length));
}

/** Parts of a text by `_0`, `_1`, … */
function numbered(parts: readonly string[]): GoMap {
  return new GoMap(
    stringMap,
    parts.map((part, index) => [`_${index}`, part] as const),
  );
}

function splitAtMost(separator: string, count: number, value: string): string[] {
  const parts = splitText(value, separator);
  if (count === 0) return [];
  if (count < 0 || parts.length <= count) return parts;
  return [...parts.slice(0, count - 1), parts.slice(count - 1).join(separator)];
}

function shuffled(value: string, session: Session): string {
  const characters = Array.from(value);
  for (let at = characters.length - 1; at > 0; at--) {
    const other = session.random.below(at + 1);
    [characters[at], characters[other]] = [characters[other] as string, characters[at] as string];
  }
  return characters.join("");
}

function quoted(args: readonly Value[], mark: (value: string) => string): string {
  return args
    .filter((arg) => arg != null)
    .map((arg) => mark(textOf(arg)))
    .join(" ");
}

function repeated(count: number, value: string, session: Session): string {
  if (count < 0) return refuse("strings: negative Repeat count");
  bounded(count * value.length, session);
  return value.repeat(count);
}

export const sprigText: readonly TemplateFunction[] = [
  f("hello", "", "string", "a greeting", () => "Hello!"),
  f("upper", "string", "string", "in upper case", ([value]) => toUpper(text(value))),
  f("lower", "string", "string", "in lower case", ([value]) => toLower(text(value))),
  f("title", "string", "string", "in title case", ([value]) => toTitle(text(value))),
  f("untitle", "string", "string", "words begin in lower case", ([value]) =>
    text(value).replace(/(^|\s)(\S)/g, (_, space: string, first: string) => space + toLower(first)),
  ),
  f("trim", "string", "string", "without space at both ends", ([value]) => trimSpace(text(value))),
  f("trimAll", "string; string", "string", "without the characters at both ends", ([cut, value]) =>
    trimSet(text(value), text(cut)),
  ),
  f("trimall", "string; string", "string", "trimAll", ([cut, value]) => trimSet(text(value), text(cut))),
  f("trimSuffix", "string; string", "string", "without the suffix", ([suffix, value]) =>
    text(suffix) !== "" && text(value).endsWith(text(suffix)) ? text(value).slice(0, -text(suffix).length) : value,
  ),
  f("trimPrefix", "string; string", "string", "without the prefix", ([prefix, value]) =>
    text(value).startsWith(text(prefix)) ? text(value).slice(text(prefix).length) : value,
  ),
  f("nospace", "string", "string", "without any space", ([value]) => text(value).replace(/\s/g, "")),
  f("initials", "string", "string", "the first letters of the words", ([value]) => initials(text(value))),
  f("swapcase", "string", "string", "upper and lower case changed over", ([value]) => swapCase(text(value))),
  f("snakecase", "string", "string", "as snake_case", ([value]) => delimited(text(value), "_")),
  f("kebabcase", "string", "string", "as kebab-case", ([value]) => delimited(text(value), "-")),
  f("camelcase", "string", "string", "as CamelCase", ([value]) => camelCase(text(value))),
  f("wrap", "int; string", "string", "lines broken at so many characters", ([width, value]) =>
    wrap(text(value), intValue(width), "\n", false),
  ),
  f("wrapWith", "int; string; string", "string", "wrap with another line end", ([width, end, value]) =>
    wrap(text(value), intValue(width), text(end), true),
  ),
  f("contains", "string; string", "bool", "whether the second has the first", ([part, value]) =>
    text(value).includes(text(part)),
  ),
  f("hasPrefix", "string; string", "bool", "whether the second begins with the first", ([part, value]) =>
    text(value).startsWith(text(part)),
  ),
  f("hasSuffix", "string; string", "bool", "whether the second ends with the first", ([part, value]) =>
    text(value).endsWith(text(part)),
  ),
  f("quote", "any...", "string", "each in double quotes", (args) => quoted(args, (value) => quote(value))),
  f("squote", "any...", "string", "each in single quotes", (args) => quoted(args, (value) => `'${value}'`)),
  f("cat", "any...", "string", "the values with spaces between", (args) =>
    args
      .filter((arg) => arg != null)
      .map(textOf)
      .join(" "),
  ),
  f("indent", "int; string", "string", "every line so many spaces in", ([spaces, value], session) =>
    indented(intValue(spaces), text(value), session),
  ),
  f(
    "nindent",
    "int; string",
    "string",
    "indent on a new line",
    ([spaces, value], session) => `\n${indented(intValue(spaces), text(value), session)}`,
  ),
  f("replace", "string; string; string", "string", "the first replaced by the second", ([from, to, value], session) =>
    replaceText(text(value), text(from), text(to), session),
  ),
  f("plural", "string; string; int", "string", "the first for one, else the second", ([one, many, count]) =>
    intValue(count) === 1 ? one : many,
  ),
  f("repeat", "int; string", "string", "so many times", ([count, value], session) =>
    repeated(intValue(count), text(value), session),
  ),
  f("substr", "int; int; string", "string", "from start up to end", substring),
  f("trunc", "int; string", "string", "the first characters, or the last", ([count, value]) =>
    truncated(intValue(count), text(value)),
  ),
  f("abbrev", "int; string", "string", "cut with an ellipsis", ([width, value]) =>
    abbreviated(0, intValue(width), text(value)),
  ),
  f("abbrevboth", "int; int; string", "string", "cut on both sides", ([offset, width, value]) =>
    abbreviated(intValue(offset), intValue(width), text(value)),
  ),
  f("split", "string; string", "map[string]string", "parts by _0, _1, …", ([separator, value]) =>
    numbered(splitText(text(value), text(separator))),
  ),
  f("splitList", "string; string", "[]string", "parts", ([separator, value]) =>
    strings(splitText(text(value), text(separator))),
  ),
  f("splitn", "string; int; string", "map[string]string", "so many parts by _0, _1, …", ([separator, count, value]) =>
    numbered(splitAtMost(text(value) === "" ? "\u0000" : text(separator), intValue(count), text(value))),
  ),
  f("join", "string; any", "string", "the elements with the separator between", ([separator, list]) =>
    textsOf(list).join(text(separator)),
  ),
  f("toString", "any", "string", "as text", ([value]) => textOf(value)),
  f("toStrings", "any", "[]string", "each as text", ([list]) => strings(textsOf(list))),
  f("sortAlpha", "any", "[]string", "in order", ([list]) =>
    list instanceof List ? strings(textsOf(list).sort()) : strings(textsOf(list)),
  ),
  local("shuffle", "string", "string", "the characters in random order", ([value], session) =>
    shuffled(text(value), session),
  ),
];
