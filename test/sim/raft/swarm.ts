import { Prng } from "#core/base";

/** What can go wrong in a Raft world; a seed enables some of them. */
export const faultKinds = [
  "crash",
  "crash-all",
  "partition",
  "one-way",
  "bridge",
  "ring",
  "isolate-leader",
  "loss",
  "duplication",
  "reorder",
  "pause",
  "stall",
  "slow-disk",
  "clock",
  "transfer",
  "membership",
  "wipe",
  "damage",
  "disk-error",
  "disk-full",
  "corruption",
] as const;

export type FaultKind = (typeof faultKinds)[number];

/** Which part of the world a run is about. */
export type Profile = "plain" | "membership" | "disk";

/** One thing that the world does to the servers at a moment; `rolls` decide whom and how, drawn beforehand. */
export interface Action {
  readonly atMs: number;
  readonly kind: FaultKind;
  readonly durationMs: number;
  readonly rolls: readonly number[];
}

/** Everything that is drawn from the seed before the world begins. */
export interface Swarm {
  readonly seed: number;
  readonly profile: Profile;
  readonly voters: number;
  readonly spares: number;
  readonly enabled: readonly FaultKind[];
  readonly actions: readonly Action[];
  /** The hostile phase is over at this time, or, with `endsWhenCounting`, as soon as the seed counts. */
  readonly hostileMs: number;
  readonly endsWhenCounting: boolean;
  readonly delayMs: number;
  readonly jitterMs: number;
  readonly lossRate: number;
  readonly duplicationRate: number;
  readonly reorderRate: number;
  readonly corruptionRate: number;
  readonly syncMs: number;
  readonly proposeEveryMs: number;
  readonly readEveryMs: number;
  readonly isLeaderAimed: boolean;
  readonly snapshotEvery: number;
  readonly trailingEntries: number;
  readonly appendBytesMax: number;
  readonly clockRates: readonly number[];
  /** Rare courses of the code under test are taken on purpose. */
  readonly hasBuggify: boolean;
}

const always: readonly FaultKind[] = ["crash", "loss"];
const optional: readonly FaultKind[] = [
  "crash-all",
  "partition",
  "one-way",
  "bridge",
  "ring",
  "isolate-leader",
  "duplication",
  "reorder",
  "pause",
  "stall",
  "slow-disk",
  "clock",
  "transfer",
];

/** No world is hostile for longer, counting or not. */
const HOSTILE_MS_MAX = 45_000;

export function drawSwarm(seed: number, profile: Profile): Swarm {
  const random = new Prng(seed * 3 + 1);
  const between = (low: number, high: number): number => low + random.fraction() * (high - low);
  const enabled = [...always, ...optional.filter(() => random.below(2) === 0)];
  if (profile === "membership") enabled.push("membership", ...(random.below(2) === 0 ? (["wipe"] as const) : []));
  if (profile === "disk")
    enabled.push("damage", ...(["disk-error", "disk-full"] as const).filter(() => random.below(2) === 0));
  if (seed % 11 === 7) enabled.push("corruption");
  const voters = random.below(3) === 0 ? 5 : random.below(4) === 0 ? 4 : 3;
  const spares = profile === "membership" ? 2 : 0;
  const hostileMs = HOSTILE_MS_MAX;
  const hasSnapshots = profile !== "plain" || random.below(4) === 0;
  return {
    seed,
    profile,
    voters,
    spares,
    enabled,
    actions: drawActions(random, enabled, hostileMs),
    hostileMs,
    endsWhenCounting: true,
    delayMs: between(0.2, 8),
    jitterMs: between(0.1, 20),
    lossRate: between(0.01, 0.2),
    duplicationRate: enabled.includes("duplication") ? between(0.01, 0.3) : 0,
    reorderRate: enabled.includes("reorder") ? between(0.01, 0.1) : 0,
    corruptionRate: enabled.includes("corruption") ? 0.01 : 0,
    syncMs: between(0.2, 15),
    proposeEveryMs: between(8, 20),
    readEveryMs: between(15, 60),
    isLeaderAimed: random.below(2) === 0,
    snapshotEvery: hasSnapshots ? 5 + random.below(40) : 0,
    trailingEntries: random.below(20),
    appendBytesMax: random.below(2) === 0 ? 256 * 1024 : 64 + random.below(400),
    clockRates: Array.from({ length: voters + spares }, () => (enabled.includes("clock") ? between(0.8, 1.25) : 1)),
    hasBuggify: random.below(2) === 0,
  };
}

/** Goes through the enabled kinds in shuffled rounds, so that each of them is tried again and again. */
function drawActions(random: Prng, enabled: readonly FaultKind[], hostileMs: number): Action[] {
  const actions: Action[] = [];
  let round: FaultKind[] = [];
  for (let atMs = 600 + random.below(400); atMs < hostileMs; atMs += 80 + random.below(450)) {
    if (round.length === 0) round = shuffled(random, weighted(enabled));
    const kind = round.pop() as FaultKind;
    const rolls = Array.from({ length: 6 }, () => random.fraction());
    actions.push({ atMs, kind, durationMs: 30 + Math.round(random.fraction() ** 2 * 1_800), rolls });
  }
  return actions;
}

/** Changes of members are many and mostly refused: they get four turns where other kinds get one. */
function weighted(enabled: readonly FaultKind[]): readonly FaultKind[] {
  const more: readonly FaultKind[] = ["membership", "membership", "membership"];
  return enabled.includes("membership") ? [...enabled, ...more] : enabled;
}

function shuffled<T>(random: Prng, items: readonly T[]): T[] {
  const copy = [...items];
  for (let index = copy.length - 1; index > 0; index--) {
    const other = random.below(index + 1);
    [copy[index], copy[other]] = [copy[other] as T, copy[index] as T];
  }
  return copy;
}
