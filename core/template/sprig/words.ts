import { toLower, toUpper } from "../functions/text.ts";

export function initials(value: string): string {
  return value
    .split(/\s+/)
    .map((word) => Array.from(word)[0] ?? "")
    .join("");
}

/** Upper case becomes lower; lower case becomes upper, at the beginning of a word title case. */
export function swapCase(value: string): string {
  let result = "";
  let isWordStart = true;
  for (const character of value) {
    if (/\p{Lu}|\p{Lt}/u.test(character)) result += toLower(character);
    else if (/\p{Ll}/u.test(character)) result += isWordStart ? toUpper(character) : toUpper(character);
    else result += character;
    isWordStart = /\s/.test(character);
  }
  return result;
}

/** Words of `FirstName`, `first name` or `HTTPServer2` joined by a delimiter in lower case. */
export function delimited(value: string, delimiter: string): string {
  const words = value
    .replace(/[\s_\-.]+/g, "\u0000")
    .replace(/([\p{Ll}\p{Nd}])(\p{Lu})/gu, (_, before: string, after: string) => `${before}\u0000${after}`)
    .replace(/(\p{Lu})(\p{Lu}\p{Ll})/gu, (_, before: string, after: string) => `${before}\u0000${after}`)
    .replace(/(\p{L})(\p{Nd})/gu, (_, before: string, after: string) => before + after);
  return toLower(words.replaceAll("\u0000", delimiter));
}

export function camelCase(value: string): string {
  return value
    .split(/[\s_-]+/)
    .map((word) => {
      const [first = "", ...rest] = word;
      return toUpper(first) + rest.join("");
    })
    .join("");
}

/** Breaks lines at spaces; a word that is longer than a line is broken only when asked. */
export function wrap(value: string, width: number, lineEnd: string, breaksWords: boolean): string {
  const limit = Math.max(1, width);
  const lines: string[] = [];
  let rest = value;
  while (rest.length > limit) {
    if (rest.startsWith(" ")) {
      rest = rest.slice(1);
      continue;
    }
    const space = rest.lastIndexOf(" ", limit);
    const next = rest.indexOf(" ", limit);
    const cut = space > 0 ? space : breaksWords ? limit : next === -1 ? rest.length : next;
    lines.push(rest.slice(0, cut));
    rest = rest.slice(cut + (rest[cut] === " " ? 1 : 0));
  }
  return [...lines, rest].join(lineEnd);
}
