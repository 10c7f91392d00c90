import { type GossipProfile, lanProfile, suspicionBounds } from "#core/gossip";
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
 * The bound of reference performance.md §2.3: first probe (1.58 intervals expected, a few more at p95), the suspicion at
 * its longest plus its confirmations' wait, dissemination, and one probe period.
 */
export function detectionBoundMs(count: number, profile: GossipProfile = lanProfile): number {
  const { minMs } = suspicionBounds(count, profile);
  const firstProbeMs = 1.58 * profile.probeIntervalMs;
  const disseminationMs = profile.gossipIntervalMs * (4 + 2 * Math.log10(count));
  return firstProbeMs + profile.probeIntervalMs + minMs + disseminationMs + profile.probeIntervalMs;
}

/** Members declared failed although they were up, each counted once per episode, over some time at this loss. */
export function countFalseDeaths(seed: number, count: number, lossRate: number, forMs: number): number {
  const world = new GossipWorld(seed, lanProfile, { ...lanNetwork, lossRate });
  world.found(count);
  world.run(forMs);
  return episodes(world);
}

/** Verdicts about the same member within a minute of one another are one death. */
function episodes(world: GossipWorld): number {
  const lastMs = new Map<string, number>();
  let count = 0;
  for (const { about, atMs, isTrue } of world.verdicts) {
    if (isTrue) continue;
    if (atMs - (lastMs.get(about) ?? Number.NEGATIVE_INFINITY) > 60_000) count++;
    lastMs.set(about, atMs);
  }
  return count;
}

/** Lifeguard's own experiment: a tenth of the members stand still for 1 to 5 s, with gaps of 5 s on average. */
export function countDeathsUnderPauses(seed: number, count: number, profile: GossipProfile, forMs: number): number {
  const world = new GossipWorld(seed, profile, lanNetwork);
  world.found(count);
  for (let number = 0; number < count / 10; number++) pauseForEver(world, `m${number}`);
  world.run(forMs);
  return world.verdicts.filter((verdict) => !verdict.isTrue).length;
}

function pauseForEver(world: GossipWorld, name: string): void {
  const gapMs = -Math.log(1 - world.random.fraction()) * 5_000;
  world.after(gapMs, () => {
    const forMs = 1_000 + world.random.below(4_000);
    world.pause(name, forMs);
    world.after(forMs, () => pauseForEver(world, name));
  });
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
