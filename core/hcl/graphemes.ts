/**
 * Grapheme clusters by the rules of Unicode annex 29 that matter for text in job files: CR LF, combining marks, Hangul
 * syllables, emoji joined by ZWJ, skin tones and pairs of regional indicators. Written with the engine's Unicode
 * property tables, because `Intl.Segmenter` is not for core.
 */
const cluster =
  /\r\n|\p{Regional_Indicator}{2}|[\u1100-\u115f]?[\uac00-\ud7a3\u1160-\u11a7][\u1160-\u11ff]*[\p{M}\u200d]*|\p{Extended_Pictographic}(?:[\p{M}\p{Emoji_Modifier}]*\u200d\p{Extended_Pictographic})*[\p{M}\p{Emoji_Modifier}\u200d]*|[^\r\n](?:[\p{M}\p{Emoji_Modifier}\u200c\u200d])*|[^]/gu;

const plain = /^[\x20-\x7e\t]*$/;

export function graphemes(text: string): string[] {
  return plain.test(text) ? text.split("") : (text.match(cluster) ?? []);
}

export function countGraphemes(text: string): number {
  return plain.test(text) ? text.length : graphemes(text).length;
}
