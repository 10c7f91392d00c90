import { err, ok, type Result } from "#core/base";
import { type CheckSource, checkTimeoutMs, type FurtherCheck, type Headers } from "./further.ts";
import { noticeKinds } from "./notices.ts";
import { isToken, type Tester } from "./testers.ts";
import type { Webhook } from "./webhook.ts";

/** What a roll-out does beside moving and measuring shares. */
export interface CanaryExtras {
  /** All of them must pass too. */
  readonly checks: readonly FurtherCheck[];
  /** Steps before which somebody must approve, by their shares. */
  readonly gates: readonly number[];
  readonly testers: readonly Tester[];
  /** Per cent of the callers' requests that the new version gets a copy of, until it has all of them. */
  readonly mirrorPercent: number | undefined;
  readonly webhooks: readonly Webhook[];
}

export const noExtras: CanaryExtras = {
  checks: [],
  gates: [],
  testers: [],
  mirrorPercent: undefined,
  webhooks: [],
};

/** What they are measured by. */
interface Extended extends CanaryExtras {
  readonly steps: readonly number[];
  readonly intervalMs: number;
}

const CHECKS_MAX = 20;
const WEBHOOKS_MAX = 10;
const TESTERS_MAX = 10;
const HEADERS_MAX = 20;
const ARGUMENTS_MAX = 64;
const QUERY_MAX = 8_192;
const INTERVAL_MIN_MS = 1_000;
const DURATION_MAX_MS = 7 * 24 * 3_600_000;
const FAILED_CHECKS_MAX = 1_000;
const WEBHOOK_TIMEOUT_MAX_MS = 60_000;
const RETRIES_MAX = 10;

/** Refuses further checks, gates, testers, mirroring and webhooks that could not do what they are for. */
export function checkExtras(plan: Extended): Result<void> {
  const wrong =
    gateMistake(plan) ?? mirrorMistake(plan) ?? testersMistake(plan) ?? checksMistake(plan) ?? hooksMistake(plan);
  return wrong === undefined ? ok(undefined) : err("invalid", wrong);
}

function gateMistake({ gates, steps }: Extended): string | undefined {
  const strange = gates.find((percent) => !steps.includes(percent));
  return strange === undefined ? undefined : `-gate: ${strange} is none of the steps ${steps.join(", ")}`;
}

function mirrorMistake({ mirrorPercent: percent }: Extended): string | undefined {
  const isShare = percent === undefined || (percent >= 0.01 && percent <= 100);
  return isShare ? undefined : "-mirror: 0.01 to 100 per cent";
}

function testersMistake({ testers }: Extended): string | undefined {
  if (testers.length > TESTERS_MAX) return `-testers: at most ${TESTERS_MAX}`;
  const wrong = testers.find(
    ({ name, value }: Tester) => !isToken(name) || (value !== undefined && !isText(value, 256)),
  );
  return (
    wrong && `-testers: ${JSON.stringify(wrong.name)} is no name of a ${wrong.kind}, or its value no printable text`
  );
}

function checksMistake({ checks, intervalMs }: Extended): string | undefined {
  if (checks.length > CHECKS_MAX) return `check: at most ${CHECKS_MAX}`;
  for (const [at, check] of checks.entries()) {
    if (checks.findIndex(({ name }) => name === check.name) !== at) return `check "${check.name}": there are two`;
    const wrong = checkMistake(check, intervalMs) ?? sourceMistake(check.source);
    if (wrong !== undefined) return `check ${JSON.stringify(check.name)}: ${wrong}`;
  }
  return undefined;
}

function checkMistake(check: FurtherCheck, usualMs: number): string | undefined {
  const { name, failedChecks } = check;
  const everyMs = check.intervalMs ?? usualMs;
  const timeoutMs = checkTimeoutMs(check, usualMs);
  if (!/^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$/.test(name)) return "its name must be letters, digits, dots and dashes";
  if (everyMs < INTERVAL_MIN_MS || everyMs > DURATION_MAX_MS) return "interval: at least 1s, at most 168h";
  if (timeoutMs <= 0 || timeoutMs > everyMs) return "timeout: more than 0s, no longer than the interval";
  const isCount = Number.isInteger(failedChecks) && failedChecks >= 0 && failedChecks <= FAILED_CHECKS_MAX;
  return isCount ? undefined : `failed_checks: 0 to ${FAILED_CHECKS_MAX}`;
}

function sourceMistake(source: CheckSource): string | undefined {
  switch (source.kind) {
    case "prometheus":
      if (!isUrl(source.address)) return "address: a URL such as http://127.0.0.1:9090";
      if (source.query.trim() === "" || source.query.length > QUERY_MAX) return `query: 1 to ${QUERY_MAX} characters`;
      if (source.above === undefined && source.below === undefined) return "above or below: one of them is needed";
      return headersMistake(source);
    case "web":
      if (!isUrl(source.url)) return "url: a URL such as http://127.0.0.1:8080/health, without a password in it";
      if (!Number.isInteger(source.status) || source.status < 100 || source.status > 599) return "status: 100 to 599";
      return headersMistake(source);
    case "command": {
      const { args } = source;
      const isWhole = args.length >= 1 && args.length <= ARGUMENTS_MAX && args[0] !== "";
      return isWhole && args.every((word) => !word.includes("\0")) ? undefined : "args: a program and its arguments";
    }
  }
}

function hooksMistake({ webhooks }: Extended): string | undefined {
  if (webhooks.length > WEBHOOKS_MAX) return `webhook: at most ${WEBHOOKS_MAX}`;
  for (const [at, hook] of webhooks.entries()) {
    const wrong = hookMistake(hook);
    // A URL may be a secret: the place says which one it is.
    if (wrong !== undefined) return `webhook ${at + 1}: ${wrong}`;
  }
  return undefined;
}

function hookMistake(hook: Webhook): string | undefined {
  if (!isUrl(hook.url) && !isReference(hook.url)) return "a URL, env:NAME or file:PATH; no password in the URL";
  const strange = hook.events.find((kind) => !noticeKinds.includes(kind));
  if (strange !== undefined) return `events: ${JSON.stringify(strange)} is none of ${noticeKinds.join(", ")}`;
  if (hook.timeoutMs <= 0 || hook.timeoutMs > WEBHOOK_TIMEOUT_MAX_MS) return "timeout: more than 0s, at most 60s";
  const isCount = Number.isInteger(hook.retries) && hook.retries >= 0 && hook.retries <= RETRIES_MAX;
  return isCount ? headersMistake(hook) : `retries: 0 to ${RETRIES_MAX}`;
}

function headersMistake({ headers, secretHeaders }: Headers): string | undefined {
  const names = [...Object.keys(headers), ...Object.keys(secretHeaders)];
  if (names.length > HEADERS_MAX) return `headers: at most ${HEADERS_MAX}`;
  const strange = names.find((name) => !isToken(name));
  if (strange !== undefined) return `headers: ${JSON.stringify(strange)} is no name of a header`;
  if (!Object.values(headers).every((value) => isText(value, 4_096))) return "headers: values are printable texts";
  const isKept = Object.values(secretHeaders).every(isReference);
  return isKept ? undefined : 'secret_headers: values say where the secret is, "env:NAME" or "file:PATH"';
}

/** Where a secret is found, in place of the secret. */
export function isReference(text: string): boolean {
  return /^(?:env:[A-Za-z_][A-Za-z0-9_]*|file:\/?[^\s].*)$/.test(text);
}

function isUrl(text: string): boolean {
  return /^https?:\/\/[^\s/@?#]+(?:[/?#]\S*)?$/.test(text);
}

function isText(text: string, lengthMax: number): boolean {
  return text.length <= lengthMax && /^[\x20-\x7e]*$/.test(text);
}
