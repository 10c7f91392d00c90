import { checkHistory } from "../linearizability/checker.ts";
import type { Operation } from "../linearizability/history.ts";
import { ByteLog } from "./byte-log.ts";
import { Violation } from "./ledger.ts";
import { Nemesis } from "./nemesis.ts";
import type { SimulatedServer } from "./server.ts";
import { drawSwarm, type FaultKind, type Profile, type Swarm } from "./swarm.ts";
import { type Narrator, RaftWorld } from "./world.ts";

/** How a seed ended. */
export interface SeedResult {
  readonly seed: number;
  readonly profile: Profile;
  readonly failure: SeedFailure | undefined;
  readonly events: number;
  readonly acknowledged: number;
  readonly leaderChanges: number;
  readonly faultsFired: ReadonlyMap<FaultKind, number>;
  readonly missingFaults: readonly FaultKind[];
  readonly sitesFired: ReadonlyMap<string, number>;
  /** Whether the clients' history was judged; undecided is never counted as good. */
  readonly history: "none" | "explained" | "undecided";
  /** When the hostile phase ended, in the world's time. */
  readonly hostileMs: number;
  readonly hash: number;
}

export interface SeedFailure {
  readonly type: "safety" | "liveness" | "crash";
  readonly oracle: string;
  readonly message: string;
}

/** A seed counts for a claim when the world was busy and hostile enough. */
export const countingSeed = { events: 5_000, acknowledged: 100, leaderChanges: 1 } as const;

const CHECK_STEPS_MAX = 20_000;
/** One world in so many is also judged by what its clients saw. */
const HISTORY_EVERY = 25;
/** How often a world that moves is given its time again. */
const EXTENSIONS_MAX = 8;
/** What the healed phases bring at least. */
const HEALED_EVENTS = 50;
const QUORUM_PHASE_MS = 15_000;
const HEALED_PHASE_MS = 25_000;

export function runSeed(seed: number, profile: Profile, narrate?: Narrator): SeedResult {
  return runSwarm(drawSwarm(seed, profile), narrate);
}

/** Hostile, then a quorum is healed, then everything: safe throughout, live in the second, equal in the third. */
export function runSwarm(swarm: Swarm, narrate?: Narrator, keep?: (history: readonly Operation[]) => void): SeedResult {
  const world = new RaftWorld(swarm, narrate, keep !== undefined || swarm.seed % HISTORY_EVERY === 0);
  let failure: SeedFailure | undefined;
  try {
    hostilePhase(world);
    quorumPhase(world);
    healedPhase(world);
    checkClients(world);
  } catch (error) {
    failure = failureOf(error);
  }
  if (world.history !== undefined) keep?.(world.history.operations());
  return {
    seed: swarm.seed,
    profile: swarm.profile,
    failure,
    events: world.events,
    acknowledged: world.ledger.acknowledgedCount,
    leaderChanges: world.oracles.leaderChanges,
    faultsFired: world.faultsFired,
    sitesFired: world.sitesFired,
    history: world.history === undefined ? "none" : world.isHistoryExplained ? "explained" : "undecided",
    missingFaults: swarm.enabled.filter((kind) => !world.faultsFired.has(kind)),
    hostileMs: world.hostileEndMs ?? world.nowMs,
    hash: world.hash,
  };
}

/** What the clients saw, register by register, against what each kind of read promises. */
function checkClients(world: RaftWorld): void {
  const { history } = world;
  if (history === undefined) return;
  const verdict = checkHistory(history.operations(), CHECK_STEPS_MAX);
  if (verdict.type === "violation") throw new Violation("linearizability", `${verdict.key}: ${verdict.message}`);
  if (verdict.type === "linearizable") world.isHistoryExplained = true;
}

function failureOf(error: unknown): SeedFailure {
  if (error instanceof Violation)
    return { type: error.oracle === "liveness" ? "liveness" : "safety", oracle: error.oracle, message: error.message };
  if (error instanceof Error && error.name === "AssertionFailure")
    return { type: "safety", oracle: "assertion", message: `assertion: ${error.message}` };
  const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return { type: "crash", oracle: "crash", message };
}

function hostilePhase(world: RaftWorld): void {
  const { swarm } = world;
  const nemesis = new Nemesis(world);
  const schedule = (position: number): void => {
    const action = swarm.actions[position];
    if (action === undefined) return;
    world.after(action.atMs - world.nowMs, () => {
      if (!world.network.isHostile) return;
      schedule(position + 1);
      nemesis.act(action);
    });
  };
  schedule(0);
  let turn = 0;
  const repeat = (everyMs: number, untilMs: number, act: (server: SimulatedServer) => void): void =>
    world.after(everyMs, () => {
      const chosen = turn++ % 8 === 0 ? anyUp(world, turn) : (world.leader() ?? anyUp(world, 0));
      if (chosen !== undefined) act(chosen);
      if (world.nowMs < untilMs && world.network.isHostile) repeat(everyMs, untilMs, act);
    });
  repeat(swarm.proposeEveryMs, swarm.hostileMs, (server) => world.propose(server));
  repeat(swarm.readEveryMs, swarm.hostileMs, (server) => world.read(server));
  world.run(swarm.hostileMs, swarm.endsWhenCounting ? () => isHostileEnough(world) : undefined);
}

/** True once the seed will count: what is left of the events comes with the two healed phases. */
function isHostileEnough(world: RaftWorld): boolean {
  return (
    world.events >= countingSeed.events - HEALED_EVENTS &&
    world.ledger.acknowledgedCount >= countingSeed.acknowledged &&
    world.oracles.leaderChanges > countingSeed.leaderChanges &&
    world.swarm.enabled.every((kind) => world.faultsFired.has(kind))
  );
}

/** One of the servers that run, by turn. */
function anyUp(world: RaftWorld, turn: number): SimulatedServer | undefined {
  const running = world.servers.filter((server) => server.isUp);
  return running[turn % Math.max(1, running.length)];
}

/** A majority of the voters works again and nothing disturbs it; the others stay as broken as they are. */
function quorumPhase(world: RaftWorld): void {
  world.hostileEndMs = world.nowMs;
  world.network.isHostile = false;
  world.network.heal();
  const voters = votersOfNewest(world);
  const healed = world.servers.filter((server) => voters.includes(server.id) && !isRestrained(server));
  const broken = new Set(voters.length >= 3 ? healed.slice(Math.floor(voters.length / 2) + 1) : []);
  for (const server of world.servers) {
    if (world.swarm.profile === "plain" && broken.has(server)) world.crash(server, 1e9);
    else heal(world, server);
  }
  progress(world, QUORUM_PHASE_MS, "a healed quorum makes no progress");
}

function isRestrained(server: SimulatedServer): boolean {
  return server.isUp && server.raft.status().mustReach > 0;
}

function votersOfNewest(world: RaftWorld): readonly string[] {
  const newest = [...world.servers].sort((left, right) => {
    const [one, other] = [left.raft.status(), right.raft.status()];
    return other.lastTerm - one.lastTerm || other.lastIndex - one.lastIndex;
  })[0];
  const members = newest?.raft.status().configuration.members ?? [];
  return members.filter((member) => member.suffrage === "voter").map((member) => member.id);
}

function heal(world: RaftWorld, server: SimulatedServer): void {
  server.busyUntilMs = 0;
  server.slowUntilMs = 0;
  if (server.log instanceof ByteLog) server.log.healDisk();
  world.restart(server);
}

/** A new proposal must be acknowledged in time; clients keep asking whoever leads. */
function progress(world: RaftWorld, withinMs: number, complaint: string): void {
  const before = world.ledger.acknowledgedCount;
  const deadlineMs = world.nowMs + withinMs;
  const ask = (): void => {
    const leader = world.leader();
    if (leader !== undefined) world.propose(leader);
    if (world.nowMs < deadlineMs) world.after(100, ask);
  };
  world.after(1, ask);
  if (!runWhileItMoves(world, withinMs, () => world.ledger.acknowledgedCount >= before + 3))
    throw new Violation("liveness", `${complaint} in ${withinMs} ms`);
}

/**
 * A backlog is no standstill: a world that hangs minutes of proposals behind each other (disk seed 4021273: two entries an
 * append, 115 proposals a second) is given its time again as long as its followers' logs grow. False when it does not end.
 */
function runWhileItMoves(world: RaftWorld, withinMs: number, isDone: () => boolean): boolean {
  for (let left = EXTENSIONS_MAX; ; left--) {
    const before = followed(world);
    world.run(world.nowMs + withinMs, isDone);
    if (isDone()) return true;
    if (left === 0 || followed(world) <= before) return false;
  }
}

/** How far those who do not lead have come, all together. */
function followed(world: RaftWorld): number {
  const leader = world.leader();
  return world.servers.reduce((sum, server) => {
    const { lastIndex, commitIndex } = server.raft.status();
    return server === leader ? sum : sum + lastIndex + commitIndex;
  }, 0);
}

/** Everything is healed: every member ends with the same history, byte for byte. */
function healedPhase(world: RaftWorld): void {
  for (const server of world.servers) heal(world, server);
  progress(world, HEALED_PHASE_MS, "a healed cluster makes no progress");
  if (!runWhileItMoves(world, HEALED_PHASE_MS, () => isConverged(world)))
    throw new Violation("liveness", `servers do not converge in ${HEALED_PHASE_MS} ms`);
  for (const server of members(world))
    if (server.digest !== world.ledger.digestAt(server.appliedIndex))
      throw new Violation("equal states", `${server.id} differs at ${server.appliedIndex}`);
}

function members(world: RaftWorld): SimulatedServer[] {
  const current = world.leader()?.raft.status().configuration.members ?? [];
  return world.servers.filter((server) => server.isUp && current.some((member) => member.id === server.id));
}

function isConverged(world: RaftWorld): boolean {
  const leader = world.leader();
  if (leader === undefined) return false;
  return members(world).every(
    (server) => server.appliedIndex >= leader.raft.commitIndex - 1 && server.appliedIndex > 0,
  );
}
