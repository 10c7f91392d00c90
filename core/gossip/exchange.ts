import { decodePushPull, encodePushPull } from "./codec.ts";
import type { MemberRecord } from "./message.ts";
import { hearAlive, hearDead, hearSuspect } from "./news.ts";
import type { Pool } from "./pool.ts";
import type { UserEvents } from "./user-events.ts";

const PUSH_PULL = 1;
const PING = 2;

/** Full exchange of state over a stream: what gossip missed, and how a newcomer learns everybody (SWIM, push/pull). */
export function stateBytes(pool: Pool, events: UserEvents, isJoin: boolean): Uint8Array {
  const members = [...pool.members.values()].map(({ name, address, tags, incarnation, state }) => ({
    name,
    address,
    tags,
    incarnation,
    state,
  }));
  const { eventTime, queryTime } = events;
  const state = encodePushPull(pool.options.label, pool.name, { isJoin, eventTime, queryTime, members });
  return framed(pool, PUSH_PULL, state);
}

export function pingBytes(pool: Pool, target: string): Uint8Array {
  return framed(
    pool,
    PING,
    encodePushPull(pool.options.label, target, { isJoin: false, eventTime: 0, queryTime: 0, members: [] }),
  );
}

function framed(pool: Pool, kind: number, content: Uint8Array): Uint8Array {
  const plain = new Uint8Array(content.length + 1);
  plain[0] = kind;
  plain.set(content, 1);
  return pool.keyRing.seal(plain);
}

/** What a stream that was opened to here asks; the answer, or undefined when it deserves none. */
export function answerStream(pool: Pool, events: UserEvents, bytes: Uint8Array): Uint8Array | undefined {
  const plain = pool.keyRing.open(bytes);
  if (plain === undefined || plain.length < 2) return drop(pool);
  const state = decodePushPull(plain.subarray(1));
  if (state === undefined || state.label !== pool.options.label) return drop(pool);
  if (plain[0] === PING) return state.from === pool.name ? pingBytes(pool, pool.name) : drop(pool);
  if (plain[0] !== PUSH_PULL) return drop(pool);
  const answer = stateBytes(pool, events, false);
  merge(pool, events, state.members, state.isJoin ? 0 : state.eventTime, state.isJoin ? 0 : state.queryTime);
  return answer;
}

function drop(pool: Pool): undefined {
  pool.dropped++;
}

/** True when the answer was a state that could be read. */
export function mergeAnswer(pool: Pool, events: UserEvents, bytes: Uint8Array | undefined): boolean {
  const plain = bytes === undefined ? undefined : pool.keyRing.open(bytes);
  if (plain === undefined || plain.length < 2) return false;
  const state = decodePushPull(plain.subarray(1));
  if (state === undefined || state.label !== pool.options.label) return false;
  if (plain[0] === PUSH_PULL) merge(pool, events, state.members, state.eventTime, state.queryTime);
  return true;
}

function merge(
  pool: Pool,
  events: UserEvents,
  members: readonly MemberRecord[],
  eventTime: number,
  queryTime: number,
): void {
  events.adopt(eventTime, queryTime);
  for (const record of members) mergeMember(pool, record);
}

/** A failure that another member believes in is only a suspicion here: the accused gets the time to refute. */
function mergeMember(pool: Pool, record: MemberRecord): void {
  const { name, incarnation, address, tags, state } = record;
  if (state === "left") return hearDead(pool, { type: "dead", name, incarnation, from: name });
  if (state === "alive" || state === "suspect" || pool.members.has(name))
    if (state !== "failed") hearAlive(pool, { type: "alive", name, incarnation, address, tags });
  if (state !== "alive") hearSuspect(pool, { type: "suspect", name, incarnation, from: pool.name });
}
