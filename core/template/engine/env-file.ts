import { err, ok, type Result } from "#core/base";

const keyStart = /^[A-Za-z_]/;
const keyRest = /^[A-Za-z0-9/_.]*$/;
const LINES_MAX = 100_000;

/** Reads `KEY=VALUE` lines, as a template with `env = true` renders them; the last of equal keys wins. */
export function parseEnvFile(text: string): Result<ReadonlyMap<string, string>> {
  const found = new Map<string, string>();
  const lines = text.split("\n");
  if (lines.length > LINES_MAX) return err("too_large", `more than ${LINES_MAX} lines`);
  for (const [index, line] of lines.entries()) {
    const read = readLine(line.replace(/\r$/, ""));
    if (typeof read === "string") return err("invalid", `error on line ${index + 1}: ${read}`);
    if (read !== undefined) found.set(read.key, read.value);
  }
  return ok(found);
}

interface Pair {
  readonly key: string;
  readonly value: string;
}

/** A pair, nothing on an empty line or a comment, or what is wrong. */
function readLine(line: string): Pair | string | undefined {
  const bare = line.trim();
  if (bare === "" || bare.startsWith("#")) return undefined;
  const equals = bare.indexOf("=");
  if (equals === -1) return "missing =";
  const key = bare
    .slice(0, equals)
    .replace(/^export\s+/, "")
    .trim();
  const problem = keyProblem(key);
  if (problem !== undefined) return problem;
  const value = readValue(bare.slice(equals + 1).trim());
  return typeof value === "string" ? value : { key, value: value.text };
}

function keyProblem(key: string): string | undefined {
  if (!keyStart.test(key)) return `key must start with [A-Za-z_] but found '${key.charAt(0)}'`;
  if (keyRest.test(key)) return undefined;
  const wrong = Array.from(key).find((character) => !/[A-Za-z0-9/_.]/.test(character));
  return `key characters must be [A-Za-z0-9/_.] but found '${wrong}'`;
}

/** Quotes may begin anywhere in the value and are removed; `#` outside of them begins a comment. */
function readValue(raw: string): { readonly text: string } | string {
  let text = "";
  for (let at = 0; at < raw.length; ) {
    const next = raw.charAt(at);
    if (next === "#") return { text: text.trimEnd() };
    if (next !== '"' && next !== "'") {
      text += next;
      at += 1;
      continue;
    }
    const end = closing(raw, at);
    if (end === -1) return `unmatched ${next}`;
    const inside = raw.slice(at + 1, end);
    const read = next === "'" ? { text: inside } : unescaped(inside);
    if (typeof read === "string") return read;
    text += read.text;
    at = end + 1;
  }
  return { text };
}

function closing(raw: string, open: number): number {
  const quote = raw.charAt(open);
  for (let at = open + 1; at < raw.length; at++) {
    if (raw[at] === quote) return at;
    if (quote === '"' && raw[at] === "\\") at += 1;
  }
  return -1;
}

const escapes: Readonly<Record<string, string>> = { n: "\n", t: "\t", r: "\r", '"': '"', "\\": "\\" };

function unescaped(inside: string): { readonly text: string } | string {
  let problem: string | undefined;
  const text = inside.replace(/\\(u[0-9a-fA-F]{4}|.)/gs, (_, form: string) => {
    if (form.length === 5) return String.fromCharCode(Number.parseInt(form.slice(1), 16));
    const known = escapes[form];
    problem ??= known === undefined ? `invalid escape sequence: ${JSON.stringify(form)}` : undefined;
    return known ?? "";
  });
  return problem ?? { text };
}
