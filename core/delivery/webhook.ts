import type { Headers } from "./further.ts";
import type { NoticeKind } from "./notices.ts";

/** Somebody who is told what happens, by a POST of the same JSON as `-json` writes. */
export interface Webhook extends Headers {
  /** `env:NAME` and `file:PATH` say where it is found: a URL may be a secret too. */
  readonly url: string;
  /** None: all. */
  readonly events: readonly NoticeKind[];
  readonly timeoutMs: number;
  /** Tries after the first. */
  readonly retries: number;
}

export const defaultWebhook: Omit<Webhook, "url"> = {
  events: [],
  timeoutMs: 5_000,
  retries: 3,
  headers: {},
  secretHeaders: {},
};

const RETRY_FIRST_MS = 500;
const RETRY_MAX_MS = 10_000;

export function isWanted({ events }: Webhook, kind: NoticeKind): boolean {
  return events.length === 0 || events.includes(kind);
}

/** How long to wait before the next try; undefined when it was the last one. An answer of 4xx would be the same again. */
export function retryDelayMs({ retries }: Webhook, tries: number, status: number | undefined): number | undefined {
  const isFinal = status !== undefined && status >= 400 && status < 500 && status !== 408 && status !== 429;
  if (isFinal || tries > retries) return undefined;
  return Math.min(RETRY_FIRST_MS * 2 ** (tries - 1), RETRY_MAX_MS);
}
