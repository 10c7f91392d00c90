const printable = /^[\p{L}\p{M}\p{N}\p{P}\p{S} ]$/u;
const simple: Readonly<Record<string, string>> = {
  "\u0007": "\\a",
  "\b": "\\b",
  "\f": "\\f",
  "\n": "\\n",
  "\r": "\\r",
  "\t": "\\t",
  "\v": "\\v",
  "\\": "\\\\",
};

export function isPrintable(character: string): boolean {
  return printable.test(character);
}

/** A Go string literal; `asciiOnly` escapes everything beyond ASCII. */
export function quote(text: string, asciiOnly = false, mark = '"'): string {
  if (!asciiOnly && mark === '"' && /^[ !#-[\]-~]*$/.test(text)) return `"${text}"`;
  let quoted = mark;
  for (const character of text) quoted += quoteCharacter(character, asciiOnly, mark);
  return quoted + mark;
}

function quoteCharacter(character: string, asciiOnly: boolean, mark: string): string {
  if (character === mark) return `\\${mark}`;
  const known = simple[character];
  if (known !== undefined) return known;
  const code = character.codePointAt(0) as number;
  const isRawByte = code >= 0xdc80 && code <= 0xdcff;
  if (isRawByte) return `\\x${(code - 0xdc00).toString(16)}`;
  if (code < 0x80 ? code >= 0x20 && code < 0x7f : !asciiOnly && isPrintable(character)) return character;
  const hex = code.toString(16);
  if (code < 0x20 || code === 0x7f) return `\\x${hex.padStart(2, "0")}`;
  return code < 0x10000 ? `\\u${hex.padStart(4, "0")}` : `\\U${hex.padStart(8, "0")}`;
}

/** Whether a text can stand between backquotes. */
export function canBackquote(text: string): boolean {
  // oxlint-disable-next-line no-control-regex -- control characters are what is refused
  return !/[`\u0000-\u0008\u000a-\u001f\u007f\ufeff\ud800-\udfff]/.test(
    text.replaceAll(/[\u{10000}-\u{10ffff}]/gu, ""),
  );
}
