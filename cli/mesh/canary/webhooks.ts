import { Secret, type Timers } from "#core/base";
import { isWanted, type NoticeKind, retryDelayMs, type Webhook } from "#core/delivery";
import { sendHttp } from "./http.ts";
import { type Env, resolveHeaders, resolveUrl } from "./secrets.ts";

export interface WebhookContext {
  readonly env: Env;
  readonly timers: Timers;
  readonly remark: (text: string) => void;
}

/** Beyond it the oldest events are dropped: who does not answer holds up nobody. */
const QUEUE_MAX = 100;
/** How long the process waits at its end for what is still to be told. */
const CLOSE_MS = 10_000;

/** Tells those who asked for it, in order, beside the roll-out. */
export class Webhooks {
  readonly #lanes: readonly Lane[];
  readonly #timers: Timers;

  constructor(hooks: readonly Webhook[], context: WebhookContext) {
    this.#timers = context.timers;
    this.#lanes = hooks.map((hook, at) => new Lane(hook, `webhook ${at + 1}`, context));
  }

  tell(kind: NoticeKind, event: object): void {
    const body = JSON.stringify(event);
    for (const lane of this.#lanes) if (isWanted(lane.hook, kind)) lane.push(body);
  }

  /** When all is told, or ten seconds later. */
  async close(): Promise<void> {
    const told = Promise.all(this.#lanes.map((lane) => lane.idle));
    let timer: { cancel(): void } | undefined;
    const late = new Promise<void>((resolve) => (timer = this.#timers.after(CLOSE_MS, resolve)));
    await Promise.race([told, late]);
    timer?.cancel();
    for (const lane of this.#lanes) lane.stop();
  }
}

class Lane {
  readonly hook: Webhook;
  readonly #name: string;
  readonly #context: WebhookContext;
  readonly #abort = new AbortController();
  #queue: string[] = [];
  #dropped = 0;
  #isFailing = false;
  /** Resolves when nothing is left to be told. */
  idle: Promise<void> = Promise.resolve();
  #isBusy = false;
  #wake: (() => void) | undefined;

  constructor(hook: Webhook, name: string, context: WebhookContext) {
    this.hook = hook;
    this.#name = name;
    this.#context = context;
  }

  push(body: string): void {
    if (this.#abort.signal.aborted) return;
    this.#queue.push(body);
    if (this.#queue.length > QUEUE_MAX) {
      this.#queue.shift();
      this.#dropped++;
    }
    if (!this.#isBusy) this.idle = this.#work();
  }

  stop(): void {
    const left = this.#queue.length + this.#dropped + (this.#isBusy ? 1 : 0);
    if (left > 0) this.#context.remark(`${this.#name}: ${left} events were not delivered`);
    this.#queue = [];
    this.#abort.abort();
    this.#wake?.();
  }

  async #work(): Promise<void> {
    this.#isBusy = true;
    for (let body = this.#queue.shift(); body !== undefined; body = this.#queue.shift()) {
      const failed = await this.#deliver(body);
      // Said once, not for each event.
      if (failed !== undefined && !this.#isFailing) this.#context.remark(`${this.#name} is not told: ${failed}`);
      this.#isFailing = failed !== undefined;
    }
    this.#isBusy = false;
  }

  /** Why it was not; undefined when it was. */
  async #deliver(body: string): Promise<string | undefined> {
    for (let tries = 1; ; tries++) {
      const { failed, status } = await this.#try(body);
      if (failed === undefined || this.#abort.signal.aborted) return undefined;
      const delayMs = retryDelayMs(this.hook, tries, status);
      if (delayMs === undefined) return failed;
      await this.#pause(delayMs);
    }
  }

  #pause(delayMs: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = this.#context.timers.after(delayMs, resolve);
      this.#wake = () => {
        timer.cancel();
        resolve();
      };
    });
  }

  async #try(body: string): Promise<{ readonly failed?: string; readonly status?: number }> {
    const { env, timers } = this.#context;
    const url = resolveUrl(this.hook.url, env);
    if (!url.ok) return { failed: url.failure.message };
    const headers = resolveHeaders(this.hook, env);
    if (!headers.ok) return { failed: headers.failure.message };
    const all = new Map([["content-type", new Secret("application/json")], ...headers.value]);
    const { timeoutMs } = this.hook;
    const signal = this.#abort.signal;
    const answer = await sendHttp(
      { method: "POST", url: url.value, headers: all, body, timeoutMs, bodyMax: 0, signal },
      timers,
    );
    if (!answer.ok) return { failed: answer.failure.message };
    const { status } = answer.value;
    return status >= 200 && status < 300 ? {} : { failed: `status ${status}`, status };
  }
}
