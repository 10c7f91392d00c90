import { err, ok, type Result } from "#core/base";
import { renderTemplate } from "#core/template";
import { encodeValue, indentJson, parseJson } from "#core/wire";

/** An answer of the API as `-json` shows it: sorted by nobody, indented by four. */
export function prettyJson(text: string): Result<string> {
  return answerText(text, undefined);
}

/** An answer of the API as `-t` shows it, or as `-json` does when there is no template. */
export function answerText(text: string, template: string | undefined, typeName?: string): Result<string> {
  const parsed = parseJson(text);
  if (!parsed.ok) return err("bad_request", parsed.failure.message);
  if (template === undefined) return ok(indentJson(encodeValue(parsed.value)));
  const rendered = renderTemplate(template, parsed.value, typeName);
  if (rendered.ok) return rendered;
  const message = `Error formatting the data: ${rendered.failure.message}`;
  return { ok: false, failure: { ...rendered.failure, message } };
}
