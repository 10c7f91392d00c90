import { hostname } from "node:os";
import { err, ok, type Result, utf8Decode, utf8Encode } from "#core/base";
import { type CanaryCommand, type CanaryState, parseState } from "#core/delivery";
import {
  createSession,
  deleteKey,
  destroySession,
  readKey,
  renewSession,
  type Transport,
  writeKey,
} from "#integrations/consul";

/** Below these keys Consul knows a canary: who is at work, how far it is, and what was asked of it. */
const ROOT = "drover-mesh/canary";
/** The shortest that Consul takes; it may let a session live twice as long. */
const SESSION_TTL_MS = 10_000;
const LOCK_DELAY_MS = 1_000;

/** What is stored of a roll-out, and where it was read: a write goes only over that. */
export interface StoredState {
  readonly state: CanaryState;
  readonly index: number;
}

/** A roll-out's entries in Consul's key-value store. */
export class CanaryRecord {
  readonly #transport: Transport;
  readonly #service: string;
  #session: string | undefined;
  #index = 0;

  constructor(transport: Transport, service: string) {
    this.#transport = transport;
    this.#service = service;
  }

  /** Null when there never was one. */
  async read(): Promise<Result<CanaryState | null>> {
    const pair = await readKey(this.#transport, this.#key("state"));
    if (!pair.ok) return pair;
    this.#index = pair.value?.modifyIndex ?? 0;
    if (!pair.value) return ok(null);
    const state = parseState(utf8Decode(pair.value.value));
    if (state.ok) return state;
    return err("corrupt", `${this.#key("state")}: ${state.failure.message}`, {
      hint: "look at it; when nobody needs it, delete that key",
    });
  }

  /** Only over what was read or written last: one who has been succeeded writes nothing, and is told `cancelled`. */
  async write(state: CanaryState): Promise<Result<void>> {
    const value = utf8Encode(JSON.stringify(state));
    const written = await writeKey(this.#transport, this.#key("state"), value, { cas: this.#index });
    if (!written.ok) return written;
    if (!written.value) return err("cancelled", "another controller has taken over");
    const pair = await readKey(this.#transport, this.#key("state"));
    if (!pair.ok) return pair;
    this.#index = pair.value?.modifyIndex ?? 0;
    return ok(undefined);
  }

  /** Who is at work, in words; undefined when nobody is. */
  async holder(): Promise<Result<string | undefined>> {
    const pair = await readKey(this.#transport, this.#key("lock"));
    if (!pair.ok) return pair;
    return ok(pair.value?.session === undefined ? undefined : utf8Decode(pair.value.value));
  }

  /** False while somebody else holds it, or held it until a second ago. */
  async lock(): Promise<Result<boolean>> {
    if (this.#session === undefined) {
      const session = await createSession(this.#transport, {
        name: `drover mesh canary ${this.#service}`,
        ttlMs: SESSION_TTL_MS,
        lockDelayMs: LOCK_DELAY_MS,
        behavior: "release",
      });
      if (!session.ok) return session;
      this.#session = session.value;
    }
    const value = utf8Encode(`process ${process.pid} on ${hostname()}`);
    return writeKey(this.#transport, this.#key("lock"), value, { acquire: this.#session });
  }

  /** `not_found` when the session has ended: then somebody else may be at work. */
  async renew(): Promise<Result<void>> {
    if (this.#session === undefined) return err("not_found", "no session");
    const renewed = await renewSession(this.#transport, this.#session);
    if (!renewed.ok && renewed.failure.code === "not_found") this.#session = undefined;
    return renewed;
  }

  async unlock(): Promise<void> {
    if (this.#session === undefined) return;
    // Released by its holder a lock is free at once; with the session it is kept for a second.
    await writeKey(this.#transport, this.#key("lock"), new Uint8Array(), { release: this.#session });
    await destroySession(this.#transport, this.#session);
    this.#session = undefined;
  }

  ask(command: CanaryCommand): Promise<Result<boolean>> {
    return writeKey(this.#transport, this.#key("command"), utf8Encode(command), {});
  }

  /** What was asked and not taken yet. */
  async asked(): Promise<Result<CanaryCommand | undefined>> {
    const pair = await readKey(this.#transport, this.#key("command"));
    if (!pair.ok) return pair;
    return ok(pair.value ? commandOf(utf8Decode(pair.value.value)) : undefined);
  }

  forget(): Promise<Result<void>> {
    return deleteKey(this.#transport, this.#key("command"));
  }

  #key(name: "state" | "lock" | "command"): string {
    return `${ROOT}/${this.#service}/${name}`;
  }
}

const commands: readonly string[] = ["pause", "resume", "skip", "approve", "abort"] satisfies CanaryCommand[];

export function commandOf(text: string): CanaryCommand | undefined {
  return commands.includes(text) ? (text as CanaryCommand) : undefined;
}
