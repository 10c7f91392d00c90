import { encodeMessage } from "./codec.ts";
import { equalTags, isReachable, type Member, type MemberState } from "./member.ts";
import type { Alive, Dead, Suspect } from "./message.ts";
import { MEMBERS_MAX, NAME_BYTES_MAX } from "./options.ts";
import type { Pool } from "./pool.ts";
import { Suspicion, suspicionBounds } from "./suspicion.ts";

/** What this member says about itself. */
export function aliveOf(pool: Pool): Alive {
  const { name, address } = pool.options;
  return { type: "alive", name, incarnation: pool.incarnation, address, tags: pool.tags };
}

/** Puts itself into its own list and tells the others. */
export function announceSelf(pool: Pool): void {
  const { name, address } = pool.options;
  const { tags, incarnation, nowMs: sinceMs } = pool;
  pool.put({ name, address, tags, incarnation, state: "alive", sinceMs });
  pool.queue.add(`member ${name}`, aliveOf(pool));
}

/** Somebody says something about this member that is not so: only it may raise its incarnation (SWIM §4.2). */
function refute(pool: Pool, incarnation: number): void {
  if (incarnation >= Number.MAX_SAFE_INTEGER - 1) return;
  pool.incarnation = Math.max(pool.incarnation, incarnation) + 1;
  pool.health.change(1);
  announceSelf(pool);
}

export function hearAlive(pool: Pool, news: Alive): void {
  if (news.name === pool.name) return hearOfSelf(pool, news);
  const known = pool.members.get(news.name);
  if (known === undefined) return admit(pool, news);
  if (news.address !== known.address && isReachable(known)) {
    if (news.incarnation !== known.incarnation) conflict(pool, known, news);
    return;
  }
  if (news.incarnation <= known.incarnation) return;
  const { address, tags, incarnation } = news;
  const member: Member = { name: news.name, address, tags, incarnation, state: "alive", sinceMs: sinceOf(pool, known) };
  settle(pool, member, news);
  if (!isReachable(known)) pool.emit({ type: "member", news: "join", member });
  else if (!equalTags(known.tags, tags)) pool.emit({ type: "member", news: "update", member });
}

function sinceOf(pool: Pool, known: Member): number {
  return known.state === "alive" ? known.sinceMs : pool.nowMs;
}

function conflict(pool: Pool, known: Member, news: Alive): void {
  pool.emit({ type: "conflict", name: news.name, address: known.address, otherAddress: news.address });
}

function admit(pool: Pool, news: Alive): void {
  if (pool.members.size >= MEMBERS_MAX || news.name.length === 0 || news.name.length > NAME_BYTES_MAX) return;
  const { name, address, tags, incarnation } = news;
  const member: Member = { name, address, tags, incarnation, state: "alive", sinceMs: pool.nowMs };
  settle(pool, member, news);
  pool.emit({ type: "member", news: "join", member });
}

/** News about oneself from an earlier life, or from another server of the same name. */
function hearOfSelf(pool: Pool, news: Alive): void {
  if (pool.isLeaving) return;
  const { address } = pool.options;
  if (news.address !== address) pool.emit({ type: "conflict", name: news.name, address, otherAddress: news.address });
  const isOwn = news.incarnation === pool.incarnation && equalTags(news.tags, pool.tags) && news.address === address;
  if (!isOwn && news.incarnation >= pool.incarnation) refute(pool, news.incarnation);
}

function settle(pool: Pool, member: Member, news: Alive | Suspect | Dead): void {
  pool.put(member);
  if (member.state !== "suspect") pool.suspicions.delete(member.name);
  pool.queue.add(`member ${member.name}`, news);
}

export function hearSuspect(pool: Pool, news: Suspect): void {
  const known = pool.members.get(news.name);
  if (known === undefined || news.incarnation < known.incarnation || !isReachable(known)) return;
  if (news.name === pool.name) {
    if (!pool.isLeaving) refute(pool, news.incarnation);
    return;
  }
  const suspicion = pool.suspicions.get(news.name);
  if (suspicion !== undefined && suspicion.incarnation === news.incarnation) {
    if (suspicion.confirm(news.from)) pool.queue.add(`member ${news.name}`, news);
    return;
  }
  settle(pool, { ...known, incarnation: news.incarnation, state: "suspect", sinceMs: pool.nowMs }, news);
  const bounds = suspicionBounds(pool.size, pool.options.profile);
  pool.suspicions.set(news.name, new Suspicion(news.incarnation, news.from, bounds, pool.nowMs));
}

export function hearDead(pool: Pool, news: Dead): void {
  const known = pool.members.get(news.name);
  if (known === undefined || news.incarnation < known.incarnation) return;
  if (news.name === pool.name) {
    if (!pool.isLeaving) refute(pool, news.incarnation);
    return;
  }
  const state: MemberState = news.from === news.name ? "left" : "failed";
  if (!isReachable(known) && (known.state === state || state === "failed")) return;
  const member: Member = { ...known, incarnation: news.incarnation, state, sinceMs: pool.nowMs };
  settle(pool, member, news);
  pool.emit({ type: "member", news: state === "left" ? "leave" : "fail", member });
}

/**
 * Before its verdict every holder of a suspicion asks the suspect itself: whoever missed the refutation (it stood still, its
 * packets were lost) hears it then, and does not spread a death that nobody else believes in.
 */
export function askSuspects(pool: Pool): void {
  if (!pool.options.profile.tellsSuspects) return;
  for (const [name, suspicion] of pool.suspicions) {
    if (suspicion.questionMs > pool.nowMs) continue;
    suspicion.asked();
    const address = pool.members.get(name)?.address;
    if (address === undefined) continue;
    const { incarnation } = suspicion;
    pool.sendPacket(address, [encodeMessage({ type: "suspect", name, incarnation, from: pool.name })]);
  }
}

/** Suspects whose time is over are declared failed; failed and left members are forgotten in the end. */
export function expireSuspicions(pool: Pool): void {
  for (const [name, suspicion] of pool.suspicions)
    if (suspicion.deadlineMs <= pool.nowMs)
      hearDead(pool, { type: "dead", name, incarnation: suspicion.incarnation, from: pool.name });
}

export function reap(pool: Pool): void {
  const { reconnectTimeoutMs, tombstoneTimeoutMs } = pool.options.profile;
  for (const member of pool.members.values()) {
    const limitMs = member.state === "failed" ? reconnectTimeoutMs : tombstoneTimeoutMs;
    if (isReachable(member) || pool.nowMs - member.sinceMs < limitMs) continue;
    pool.forget(member.name);
    pool.emit({ type: "member", news: "reap", member });
  }
}
