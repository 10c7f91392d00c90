import type { Failure } from "#core/base";

const LENGTH_MIN = 4;
const MARK = "[redacted]";

/**
 * Replaces secrets in a failure's text. Short ones only where they stand as a word, so that a secret `u` does not
 * damage every word with that letter. What is quoted and does not stand in the source may have been made of a secret.
 */
export function redact(failure: Failure, secrets: readonly string[], source: string): Failure {
  const known = [...new Set(secrets)]
    .filter((secret) => secret !== "")
    .sort((left, right) => right.length - left.length);
  if (known.length === 0) return failure;
  const cleaned = (text: string): string => redactDerived(known.reduce(replaceSecret, text), source);
  return {
    ...failure,
    message: cleaned(failure.message),
    hint: failure.hint === undefined ? undefined : cleaned(failure.hint),
  };
}

/** A text without the secrets, such as the name of what is waited for. */
export function withoutSecrets(text: string, secrets: readonly string[]): string {
  return secrets.filter((secret) => secret !== "").reduce(replaceSecret, text);
}

/** Behind the node that an error names: the node is a piece of the source itself. */
const QUOTED = /"((?:[^"\\]|\\.)*)"|`([^`]*)`|'([^']*)'/g;

function redactDerived(text: string, source: string): string {
  const reason = text.indexOf(">: ");
  if (reason === -1) return text;
  const shown = text.slice(reason).replace(QUOTED, (whole: string, ...found: unknown[]) => {
    const inner = found.slice(0, 3).find((one) => typeof one === "string") as string;
    const isHarmless = inner.length < 2 || inner.includes(MARK) || source.includes(inner);
    return isHarmless ? whole : whole.charAt(0) + MARK + whole.charAt(0);
  });
  return text.slice(0, reason) + shown;
}

function replaceSecret(text: string, secret: string): string {
  for (const form of new Set([secret, JSON.stringify(secret).slice(1, -1)])) {
    if (!text.includes(form)) continue;
    if (form.length >= LENGTH_MIN) return text.replaceAll(form, MARK);
    return text.split('"' + form + '"').join(`"${MARK}"`);
  }
  return text;
}
