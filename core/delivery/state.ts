import { err, ok, type Result } from "#core/base";
import { noExtras } from "./extras.ts";
import { type CanaryPlan, checkPlan } from "./plan.ts";
import { emptyTally, type Tally } from "./window.ts";

/**
 * starting: 100/0, so that nothing but the subsets is new; shifting: until every caller has the step's shares; warming,
 * measuring; waiting: for approval of the next step, with the shares of the one before; withdrawing: back to 100/0;
 * settling: what stays after promotion.
 */
export type Phase =
  | "starting"
  | "shifting"
  | "warming"
  | "measuring"
  | "waiting"
  | "withdrawing"
  | "settling"
  | "ended";

export type Outcome = "promoted" | "rolled-back" | "aborted";

/** All that a successor needs: it measures anew, at the same step. */
export interface CanaryState {
  readonly format: 2;
  readonly plan: CanaryPlan;
  readonly phase: Phase;
  /** Index into the plan's steps. */
  readonly step: number;
  readonly phaseSinceMs: number;
  /** When the step was first measured; pauses move it on. */
  readonly heldSinceMs: number | undefined;
  readonly failedChecks: number;
  /** Runs that have failed, by the further check's name. */
  readonly furtherFailures: Readonly<Record<string, number>>;
  /** Index of the step that waits for approval. */
  readonly gate: number | undefined;
  readonly pausedSinceMs: number | undefined;
  /** Stable in the steps before. */
  readonly reference: Tally;
  /** From `withdrawing` and `settling` on. */
  readonly ending: { readonly outcome: Outcome; readonly reason: string } | undefined;
}

export function startState(plan: CanaryPlan, nowMs: number): CanaryState {
  return {
    format: 2,
    plan,
    phase: "starting",
    step: 0,
    phaseSinceMs: nowMs,
    heldSinceMs: undefined,
    failedChecks: 0,
    furtherFailures: {},
    gate: undefined,
    pausedSinceMs: undefined,
    reference: emptyTally,
    ending: undefined,
  };
}

/** A state from its JSON, also of the format before; what somebody else put there is refused. */
export function parseState(text: string): Result<CanaryState> {
  try {
    const stored = JSON.parse(text) as Omit<CanaryState, "format"> & { readonly format: number };
    const plan = { ...noExtras, ...stored.plan };
    const state: CanaryState = { ...stored, format: 2, plan, furtherFailures: stored.furtherFailures ?? {} };
    const isKnown = stored.format === 1 || stored.format === 2;
    if (isKnown && isStepOf(plan, state.step) && isGateOf(state) && checkPlan(plan).ok) return ok(state);
  } catch {
    // Said below.
  }
  return err("corrupt", "what is stored is no state of a canary");
}

function isStepOf({ steps }: CanaryPlan, step: number | undefined): boolean {
  return step !== undefined && Number.isInteger(step) && step >= 0 && step < steps.length;
}

function isGateOf({ phase, plan, gate }: CanaryState): boolean {
  return phase !== "waiting" || isStepOf(plan, gate);
}
