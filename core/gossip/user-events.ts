import { crc32c, err, ok, type Result, utf8Encode } from "#core/base";
import { encodeMessage } from "./codec.ts";
import type { Query, UserEvent } from "./message.ts";
import { QUERY_BYTES_MAX, USER_EVENT_BYTES_MAX } from "./options.ts";
import type { Pool } from "./pool.ts";

/** A Lamport clock (Lamport 1978): events that could have caused each other are ordered by it. */
class LamportClock {
  #time = 1;

  get time(): number {
    return this.#time;
  }

  next(): number {
    return this.#time++;
  }

  /** News from too far in the future is a lie: it would push every clock there. */
  witness(time: number): boolean {
    if (time > this.#time + LEAP_MAX) return false;
    if (time >= this.#time) this.#time = time + 1;
    return true;
  }
}

const LEAP_MAX = 1_000_000;
const REMEMBERED = 512;
const QUERIES_MAX = 256;

/** Events and queries that every member hears once. */
export class UserEvents {
  readonly #pool: Pool;
  readonly #eventClock = new LamportClock();
  readonly #queryClock = new LamportClock();
  /** What was heard, by key, with its time; bounded by dropping what is older than `REMEMBERED` ticks. */
  readonly #heard = new Map<string, number>();
  readonly #asked = new Map<number, number>();
  #nextQuery: number;

  constructor(pool: Pool) {
    this.#pool = pool;
    this.#nextQuery = pool.options.random.below(0x7fff_ffff);
  }

  get eventTime(): number {
    return this.#eventClock.time;
  }

  get queryTime(): number {
    return this.#queryClock.time;
  }

  /** A newcomer takes over the clocks and is not told old events. */
  adopt(eventTime: number, queryTime: number): void {
    this.#eventClock.witness(Math.max(0, eventTime - 1));
    this.#queryClock.witness(Math.max(0, queryTime - 1));
  }

  tell(name: string, payload: Uint8Array): Result<undefined> {
    if (name.length + payload.length > USER_EVENT_BYTES_MAX)
      return err("too_large", `user event exceeds limit of ${USER_EVENT_BYTES_MAX} bytes`);
    this.hearEvent({ type: "user-event", time: this.#eventClock.next(), name, payload });
    return ok(undefined);
  }

  hearEvent(event: UserEvent): void {
    if (!this.#eventClock.witness(event.time)) return;
    const key = `event ${event.time} ${event.name} ${crc32c(event.payload)}`;
    if (!this.#isNew(key, event.time, this.#eventClock.time)) return;
    this.#pool.queue.add(key, event);
    const { name, time, payload } = event;
    this.#pool.emit({ type: "user-event", name, time, payload });
  }

  ask(name: string, payload: Uint8Array, timeoutMs: number): Result<number> {
    if (name.length + payload.length > QUERY_BYTES_MAX)
      return err("too_large", `query exceeds limit of ${QUERY_BYTES_MAX} bytes`);
    if (this.#asked.size >= QUERIES_MAX) return err("too_many", `more than ${QUERIES_MAX} queries are open`);
    const id = this.#nextQuery++ >>> 0;
    const { name: from, address } = this.#pool.options;
    this.#asked.set(id, this.#pool.nowMs + timeoutMs);
    this.hearQuery({ type: "query", time: this.#queryClock.next(), id, from, address, name, timeoutMs, payload });
    return ok(id);
  }

  hearQuery(query: Query): void {
    if (!this.#queryClock.witness(query.time)) return;
    const key = `query ${query.time} ${query.from} ${query.id}`;
    if (!this.#isNew(key, query.time, this.#queryClock.time)) return;
    this.#pool.queue.add(key, query);
    const { id, from, address, name, payload } = query;
    this.#pool.emit({ type: "query", id, from, address, name, payload });
  }

  hearResponse(id: number, from: string, payload: Uint8Array): void {
    const deadlineMs = this.#asked.get(id);
    if (deadlineMs === undefined || deadlineMs < this.#pool.nowMs) return;
    this.#pool.emit({ type: "query-response", id, from, payload });
  }

  respond(id: number, address: string, payload: Uint8Array): void {
    const response = encodeMessage({ type: "query-response", id, from: this.#pool.name, payload });
    if (utf8Encode(address).length > 0) this.#pool.sendPacket(address, [response]);
  }

  #isNew(key: string, time: number, clock: number): boolean {
    if (time + REMEMBERED < clock || this.#heard.has(key)) return false;
    this.#heard.set(key, time);
    if (this.#heard.size > 4 * REMEMBERED)
      for (const [old, oldTime] of this.#heard) if (oldTime + REMEMBERED < clock) this.#heard.delete(old);
    const oldest = this.#heard.keys().next().value;
    if (this.#heard.size > 8 * REMEMBERED && oldest !== undefined) this.#heard.delete(oldest);
    return true;
  }

  expire(): void {
    for (const [id, deadlineMs] of this.#asked) if (deadlineMs < this.#pool.nowMs) this.#asked.delete(id);
  }
}
