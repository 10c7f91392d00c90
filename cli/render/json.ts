import { err, ok, type Result } from "#core/base";
import { encodeValue, indentJson, parseJson } from "#core/wire";

/** An answer of the API as `-json` shows it: sorted by nobody, indented by four. */
export function prettyJson(text: string): Result<string> {
  const parsed = parseJson(text);
  return parsed.ok ? ok(indentJson(encodeValue(parsed.value))) : err("bad_request", parsed.failure.message);
}

/** What `-t` answers until there is a template language here. */
export const NO_TEMPLATES = "-t is not built in this version: it arrives with the template language. Use -json.";
