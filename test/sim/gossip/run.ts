import { Prng } from "#core/base";
import { lanProfile } from "#core/gossip";
import type { Failing } from "../output.ts";
import { type GossipNetwork, GossipWorld } from "./world.ts";

export interface GossipSeedResult {
  readonly seed: number;
  readonly members: number;
  readonly failure: Failing | undefined;
  readonly events: number;
  readonly verdicts: number;
  readonly falseVerdicts: number;
  readonly hash: number;
}

const HOSTILE_MS = 18_000;
const HEALED_MS = 150_000;

/** What the world does to a member at a moment. */
export interface PoolAction {
  readonly atMs: number;
  readonly kind: "pause" | "cut" | "crash" | "crash-and-return" | "leave" | "more-loss";
  readonly name: string;
  readonly forMs: number;
}

/** Everything that is drawn from the seed before the pool begins. */
export interface PoolSwarm {
  readonly seed: number;
  readonly members: number;
  readonly network: GossipNetwork;
  readonly actions: readonly PoolAction[];
  readonly hostileMs: number;
  readonly hasBuggify: boolean;
}

const kinds: readonly PoolAction["kind"][] = [
  "pause",
  "pause",
  "pause",
  "cut",
  "cut",
  "crash-and-return",
  "crash",
  "leave",
  "more-loss",
  "more-loss",
];

export function drawPool(seed: number): PoolSwarm {
  const random = new Prng(seed * 13 + 7);
  const members = 3 + random.below(48);
  const network = {
    lossRate: random.fraction() * 0.2,
    delayMs: 0.2 + random.fraction() * 5,
    jitterMs: random.fraction() * 30,
  };
  const actions: PoolAction[] = [];
  for (let atMs = 1_000; atMs < 16_000; atMs += 500 + random.below(1_500)) {
    const name = `m${1 + random.below(members - 1)}`;
    const kind = kinds[random.below(kinds.length)] as PoolAction["kind"];
    actions.push({ atMs, kind, name, forMs: 500 + random.below(4_000) });
  }
  return { seed, members, network, actions, hostileMs: HOSTILE_MS, hasBuggify: random.below(2) === 0 };
}

export function runGossipSeed(seed: number, narrate?: PoolNarrator): GossipSeedResult {
  return runPool(drawPool(seed), narrate);
}

/** A line for each thing that happens; nothing is formatted while it is absent. */
export type PoolNarrator = ((line: string) => void) | undefined;

/**
 * 3 to 50 members that crash, leave, return, stand still and lose packets for 18 s; then peace, in which every view must
 * become the truth: nobody alive is missing, nobody dead is believed in, who left is not called failed. Peace lasts
 * until that is so, at most 150 s: who missed a rumour waits for a full exchange or its own probe.
 */
export function runPool(swarm: PoolSwarm, narrate?: PoolNarrator): GossipSeedResult {
  const { seed, members, hostileMs } = swarm;
  const world = new GossipWorld(seed, lanProfile, swarm.network, swarm.hasBuggify);
  if (narrate !== undefined) tellNews(world, narrate);
  const left = new Set<string>();
  let failure: Failing | undefined;
  try {
    world.found(members);
    for (const action of swarm.actions) world.after(action.atMs, () => act(world, action, left, narrate));
    world.run(hostileMs);
    heal(world);
    world.run(
      hostileMs + HEALED_MS,
      () => world.nowMs > hostileMs + 5_000 && verdictOf(world, undisturbed(swarm, left)) === undefined,
    );
    const message = verdictOf(world, undisturbed(swarm, left));
    failure = message === undefined ? undefined : { type: "liveness", message };
  } catch (error) {
    failure = thrown(error);
  }
  const { events, hash } = world;
  const falseVerdicts = world.verdicts.filter((verdict) => !verdict.isTrue).length;
  return { seed, members, failure, events, verdicts: world.verdicts.length, falseVerdicts, hash };
}

function thrown(error: unknown): Failing {
  if (!(error instanceof Error)) return { type: "crash", message: String(error) };
  if (error.name === "AssertionFailure") return { type: "safety", message: `assertion: ${error.message}` };
  return { type: "crash", message: error.stack ?? error.message };
}

function tellNews(world: GossipWorld, narrate: (line: string) => void): void {
  world.onEffect = (by, effect) => {
    if (effect.type !== "member") return;
    const { name, incarnation } = effect.member;
    narrate(`${stamp(world)} ${by.name}: ${effect.news} ${name} (incarnation ${incarnation})`);
  };
}

function stamp(world: GossipWorld): string {
  return world.nowMs.toFixed(0).padStart(7);
}

function act(world: GossipWorld, action: PoolAction, left: Set<string>, narrate: PoolNarrator): void {
  const { kind, name, forMs } = action;
  if (!world.members.has(name)) return;
  narrate?.(`${stamp(world)} ── ${kind} ${name} for ${forMs} ms`);
  if (kind === "pause") world.pause(name, forMs);
  else if (kind === "cut") cut(world, name, forMs);
  else if (kind === "crash") crashAndReturn(world, name, undefined);
  else if (kind === "crash-and-return") crashAndReturn(world, name, forMs);
  else if (kind === "leave") sayGoodbye(world, name, left);
  else world.network = { ...world.network, lossRate: Math.min(0.3, world.network.lossRate + 0.02) };
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

/** Members that left while nothing disturbed them: what they said must have been heard. */
function undisturbed(swarm: PoolSwarm, left: ReadonlySet<string>): string[] {
  const others = swarm.actions.filter(({ kind }) => kind !== "leave" && kind !== "more-loss");
  return [...left].filter((name) => {
    const atMs = swarm.actions.find((action) => action.kind === "leave" && action.name === name)?.atMs ?? 0;
    return !others.some((other) => other.name === name && other.atMs > atMs - 6_000 && other.atMs < atMs + 4_000);
  });
}

function verdictOf(world: GossipWorld, left: readonly string[]): string | undefined {
  const wrong = world.wrongViews();
  if (wrong.length > 0) return `${wrong.length} members have a wrong view, first ${wrong[0]}`;
  const live = [...world.members.values()].filter((member) => member.isUp);
  for (const name of left) {
    const states = live.map((member) => member.gossip.members.get(name)?.state);
    const heardGoodbye = states.filter((state) => state === "left").length;
    if (world.members.get(name)?.isUp !== true && heardGoodbye * 2 <= live.length && states.includes("failed"))
      return `${name} left, and only ${heardGoodbye} of ${live.length} know`;
  }
  return undefined;
}
