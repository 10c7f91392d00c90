/** How much may happen in one history. */
export interface Scope {
  readonly servers: readonly string[];
  /** Each may open a term: the first election and so many beyond it. */
  readonly timeouts: number;
  /** A leader's own intervals, in which it sends again what was not answered; nobody else notices them. */
  readonly ticks: number;
  readonly proposals: number;
  readonly crashes: number;
  readonly cuts: number;
  readonly inFlightMax: number;
}

const servers = ["a", "b", "c"];

/** The scope of the claim: at most two terms beyond the first election's. */
export const smallScope: Scope = {
  servers,
  timeouts: 3,
  ticks: 1,
  proposals: 2,
  crashes: 2,
  cuts: 1,
  inFlightMax: 6,
};

/** Tried before it, because they can be tried to the end or close to it: deep histories with few kinds of trouble. */
export const narrowScopes: readonly Scope[] = [
  { servers, timeouts: 2, ticks: 0, proposals: 0, crashes: 0, cuts: 0, inFlightMax: 6 },
  { servers, timeouts: 2, ticks: 1, proposals: 1, crashes: 0, cuts: 0, inFlightMax: 4 },
  { servers, timeouts: 2, ticks: 0, proposals: 1, crashes: 1, cuts: 0, inFlightMax: 4 },
];

/** One step of a history as a small number: what it is, and which server or which message in flight it is about. */
export type Step = number;

export const stepKinds = ["timeout", "tick", "propose", "crash", "restart", "cut", "deliver"] as const;
const WIDTH = 8;

export function stepOf(kind: (typeof stepKinds)[number], about: number): Step {
  return stepKinds.indexOf(kind) * WIDTH + about;
}

export function kindOf(step: Step): (typeof stepKinds)[number] {
  return stepKinds[Math.floor(step / WIDTH)] as (typeof stepKinds)[number];
}

export function aboutOf(step: Step): number {
  return step % WIDTH;
}
