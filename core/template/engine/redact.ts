import type { Failure } from "#core/base";

const LENGTH_MIN = 4;
const MARK = "[redacted]";

/**
 * Replaces secrets in a failure's text. Short ones only where they stand as a word, so that a secret `u` does not
 * damage every word with that letter.
 */
export function redact(failure: Failure, secrets: readonly string[]): Failure {
  const known = [...new Set(secrets)]
    .filter((secret) => secret !== "")
    .sort((left, right) => right.length - left.length);
  return known.length === 0
    ? failure
    : {
        ...failure,
        message: known.reduce(replaceSecret, failure.message),
        hint: failure.hint === undefined ? undefined : known.reduce(replaceSecret, failure.hint),
      };
}

function replaceSecret(text: string, secret: string): string {
  for (const form of new Set([secret, JSON.stringify(secret).slice(1, -1)])) {
    if (!text.includes(form)) continue;
    if (form.length >= LENGTH_MIN) return text.replaceAll(form, MARK);
    return text.split('"' + form + '"').join(`"${MARK}"`);
  }
  return text;
}
