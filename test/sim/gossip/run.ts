import { Prng } from "#core/base";
import { lanProfile } from "#core/gossip";
import { GossipWorld } from "./world.ts";

export interface GossipSeedResult {
  readonly seed: number;
  readonly members: number;
  readonly failure: string | undefined;
  readonly events: number;
  readonly verdicts: number;
  readonly falseVerdicts: number;
  readonly hash: number;
}

const HOSTILE_MS = 18_000;
const HEALED_MS = 150_000;

/**
 * Peace lasts until that is so, at most 150 s: who missed a rumour waits for a full exchange or its own probe.
 *
 * 3 to 50 members that crash, leave, return, stand still and lose packets for 18 s; then peace, in which every view must
 * become the truth: nobody alive is missing, nobody dead is believed in, who left is not called failed.
 */
export function runGossipSeed(seed: number): GossipSeedResult {
  const random = new Prng(seed * 13 + 7);
  const count = 3 + random.below(48);
  const network = {
    lossRate: random.fraction() * 0.2,
    delayMs: 0.2 + random.fraction() * 5,
    jitterMs: random.fraction() * 30,
  };
  const world = new GossipWorld(seed, lanProfile, network);
  world.found(count);
  const left = new Set<string>();
  disturb(world, random, count, left);
  world.run(HOSTILE_MS);
  heal(world);
  world.run(HOSTILE_MS + HEALED_MS, () => world.nowMs > HOSTILE_MS + 5_000 && verdictOf(world, left) === undefined);
  return {
    seed,
    members: count,
    failure: verdictOf(world, left),
    events: world.events,
    verdicts: world.verdicts.length,
    falseVerdicts: world.verdicts.filter((verdict) => !verdict.isTrue).length,
    hash: world.hash,
  };
}

function disturb(world: GossipWorld, random: Prng, count: number, left: Set<string>): void {
  for (let atMs = 1_000; atMs < 16_000; atMs += 500 + random.below(1_500)) {
    const name = `m${1 + random.below(count - 1)}`;
    const roll = random.below(10);
    const forMs = 500 + random.below(4_000);
    world.after(atMs, () => {
      if (roll < 3) world.pause(name, forMs);
      else if (roll < 5) cut(world, name, forMs);
      else if (roll < 7) crashAndReturn(world, name, roll === 5 ? forMs : undefined);
      else if (roll === 7) sayGoodbye(world, name, left);
      else world.network = { ...world.network, lossRate: Math.min(0.3, world.network.lossRate + 0.02) };
    });
  }
}

function cut(world: GossipWorld, name: string, forMs: number): void {
  const before = world.isBlocked;
  const untilMs = world.nowMs + forMs;
  world.isBlocked = (from, to) => before(from, to) || (world.nowMs < untilMs && (from === name || to === name));
}

function crashAndReturn(world: GossipWorld, name: string, afterMs: number | undefined): void {
  const member = world.members.get(name);
  if (member === undefined || !member.isUp) return;
  world.crash(name);
  if (afterMs !== undefined) world.after(afterMs, () => world.join(name, "m0"));
}

function sayGoodbye(world: GossipWorld, name: string, left: Set<string>): void {
  const member = world.members.get(name);
  if (member === undefined || !member.isUp || left.has(name) || member.busyUntilMs > world.nowMs) return;
  left.add(name);
  world.deliver(member, { type: "leave" });
  world.after(3_100, () => world.crash(name));
}

function heal(world: GossipWorld): void {
  world.network = { ...world.network, lossRate: 0 };
  world.isBlocked = () => false;
}

function verdictOf(world: GossipWorld, left: ReadonlySet<string>): string | undefined {
  const wrong = world.wrongViews();
  if (wrong.length > 0) return `${wrong.length} members have a wrong view, first ${wrong[0]}`;
  const live = [...world.members.values()].filter((member) => member.isUp);
  for (const name of left) {
    const states = live.map((member) => member.gossip.members.get(name)?.state);
    const heardGoodbye = states.filter((state) => state === "left").length;
    if (world.members.get(name)?.isUp !== true && heardGoodbye * 2 > live.length && states.includes("failed"))
      return `${name} left, and only ${heardGoodbye} of ${live.length} know`;
  }
  return undefined;
}
