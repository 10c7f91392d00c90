import { type GossipProfile, lanProfile, retransmitLimit, suspicionBounds } from "#core/gossip";
import { GossipWorld, type SimulatedMember } from "./world.ts";

const lanNetwork = { lossRate: 0, delayMs: 0.3, jitterMs: 1 };

/** Milliseconds from a crash to the first member that declares it, and to the last that hears of it. */
export interface DetectionResult {
  readonly firstMs: number;
  readonly lastMs: number;
}

export function measureDetection(seed: number, count: number, profile: GossipProfile = lanProfile): DetectionResult {
  const world = new GossipWorld(seed, profile, lanNetwork);
  world.found(count);
  world.run(3_000 + world.random.below(1_000));
  const victim = `m${world.random.below(count)}`;
  const atMs = world.nowMs;
  world.crash(victim);
  const isKnown = (member: SimulatedMember): boolean =>
    !member.isUp || member.gossip.members.get(victim)?.state === "failed";
  world.run(atMs + 120_000, () => [...world.members.values()].every(isKnown));
  const times = world.verdicts.filter((verdict) => verdict.about === victim).map((verdict) => verdict.atMs - atMs);
  return {
    firstMs: Math.min(...times),
    lastMs: times.length < count - 1 ? Number.POSITIVE_INFINITY : Math.max(...times),
  };
}

/**
 * Reference performance.md §2.3: somebody probes the dead member after 1.58 intervals on average, knows after one more
 * that nobody reaches it, and the suspicion lasts at least its minimum.
 */
export function detectionFormulaMs(count: number, profile: GossipProfile = lanProfile): number {
  return 1.58 * profile.probeIntervalMs + profile.probeIntervalMs + suspicionBounds(count, profile).minMs;
}

/** Every member repeats a rumour so many times, a few each gossip interval: after that it has gone round. */
export function disseminationFormulaMs(count: number, profile: GossipProfile = lanProfile): number {
  const { gossipIntervalMs, gossipFanout, retransmitMultiplier } = profile;
  return gossipIntervalMs * Math.ceil(retransmitLimit(retransmitMultiplier, count) / gossipFanout + Math.log10(count));
}

/** Lives that were declared over although they were not, over some time at this loss. */
export function countFalseDeaths(seed: number, count: number, lossRate: number, forMs: number): number {
  const world = new GossipWorld(seed, lanProfile, { ...lanNetwork, lossRate });
  world.found(count);
  world.run(forMs);
  return falseDeaths(world);
}

function falseDeaths(world: GossipWorld): number {
  const wrong = world.verdicts.filter((verdict) => !verdict.isTrue);
  return new Set(wrong.map(({ about, incarnation }) => `${about} ${incarnation}`)).size;
}

/** What happens to packets that arrive at a member that stands still. */
export type PauseKind = "stopped-process" | "stopped-machine";

/** Lifeguard's own experiment: a tenth of the members stand still for 1 to 5 s, with gaps of 5 s on average. */
export function countDeathsUnderPauses(
  seed: number,
  count: number,
  profile: GossipProfile,
  kind: PauseKind,
  forMs: number,
): number {
  const world = new GossipWorld(seed, profile, lanNetwork);
  world.losesWhilePaused = kind === "stopped-machine";
  world.found(count);
  for (let number = 0; number < count / 10; number++) pauseForEver(world, `m${number}`);
  world.run(forMs);
  return falseDeaths(world);
}

function pauseForEver(world: GossipWorld, name: string): void {
  const gapMs = -Math.log(1 - world.random.fraction()) * 5_000;
  world.after(gapMs, () => {
    const forMs = 1_000 + world.random.below(4_000);
    world.pause(name, forMs);
    world.after(forMs, () => pauseForEver(world, name));
  });
}

/**
 * One-sided 95 % bound on the ratio of two rates of rare events: given their sum, the first count is binomial, and the
 * largest share that still explains so few is its bound (Clopper and Pearson 1934).
 */
export function ratioBound(few: number, many: number): number {
  let [low, high] = [0, 1];
  for (let step = 0; step < 60; step++) {
    const share = (low + high) / 2;
    if (binomialAtMost(few, few + many, share) > 0.05) low = share;
    else high = share;
  }
  return high / (1 - high);
}

function binomialAtMost(limit: number, tries: number, share: number): number {
  let logTerm = tries * Math.log1p(-share);
  let sum = Math.exp(logTerm);
  for (let hits = 1; hits <= limit; hits++) {
    logTerm += Math.log((tries - hits + 1) / hits) + Math.log(share) - Math.log1p(-share);
    sum += Math.exp(logTerm);
  }
  return sum;
}

/** Two halves that could not hear each other become one view again; the milliseconds it took. */
export function measureReunion(seed: number, count: number, apartMs: number): number {
  const world = new GossipWorld(seed, lanProfile, lanNetwork);
  world.found(count);
  world.run(2_000);
  const half = (name: string): boolean => Number(name.slice(1)) < count / 2;
  world.isBlocked = (from, to) => half(from) !== half(to);
  world.run(2_000 + apartMs);
  world.isBlocked = () => false;
  const healedMs = world.nowMs;
  world.run(healedMs + 600_000, () => world.wrongViews().length === 0);
  return world.wrongViews().length === 0 ? world.nowMs - healedMs : Number.POSITIVE_INFINITY;
}
