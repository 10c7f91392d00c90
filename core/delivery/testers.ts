import { err, ok, type Result } from "#core/base";

/** Requests that go to the new version from the start: those with a header or a cookie, of any value if none is said. */
export interface Tester {
  readonly kind: "header" | "cookie";
  readonly name: string;
  readonly value?: string;
}

/** `header:NAME[=VALUE]` or `cookie:NAME[=VALUE]`. */
export function parseTester(text: string): Result<Tester> {
  const match = /^(header|cookie):([^=]+)(?:=(.+))?$/.exec(text);
  const [, kind, name = "", value] = match ?? [];
  if (!match || !isToken(name))
    return err("invalid", `-testers ${JSON.stringify(text)} is not header:NAME=VALUE or cookie:NAME=VALUE`, {
      field: "-testers",
      hint: "without =VALUE any value will do: -testers header:x-canary",
    });
  return ok({ kind: kind as Tester["kind"], name, ...(value !== undefined && { value }) });
}

/** A name of a header or a cookie (RFC 9110 token). */
export function isToken(name: string): boolean {
  return /^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,128}$/.test(name);
}

export function testerText({ kind, name, value }: Tester): string {
  return value === undefined ? `${kind} ${name}` : `${kind} ${name}=${value}`;
}
