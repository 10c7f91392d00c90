import { err, ok, type Result } from "#core/base";
import { type CanaryPlan, checkPlan } from "./plan.ts";
import { emptyTally, type Tally } from "./window.ts";

/**
 * starting: 100/0, so that nothing but the subsets is new; shifting: until every caller has the step's shares; warming,
 * measuring; withdrawing: back to 100/0; settling: what stays after promotion.
 */
export type Phase = "starting" | "shifting" | "warming" | "measuring" | "withdrawing" | "settling" | "ended";

export type Outcome = "promoted" | "rolled-back" | "aborted";

/** All that a successor needs: it measures anew, at the same step. */
export interface CanaryState {
  readonly format: 1;
  readonly plan: CanaryPlan;
  readonly phase: Phase;
  /** Index into the plan's steps. */
  readonly step: number;
  readonly phaseSinceMs: number;
  /** When the step was first measured; pauses move it on. */
  readonly heldSinceMs: number | undefined;
  readonly failedChecks: number;
  readonly pausedSinceMs: number | undefined;
  /** Stable in the steps before. */
  readonly reference: Tally;
  /** From `withdrawing` and `settling` on. */
  readonly ending: { readonly outcome: Outcome; readonly reason: string } | undefined;
}

export function startState(plan: CanaryPlan, nowMs: number): CanaryState {
  return {
    format: 1,
    plan,
    phase: "starting",
    step: 0,
    phaseSinceMs: nowMs,
    heldSinceMs: undefined,
    failedChecks: 0,
    pausedSinceMs: undefined,
    reference: emptyTally,
    ending: undefined,
  };
}

/** A state from its JSON; what somebody else put there is refused. */
export function parseState(text: string): Result<CanaryState> {
  try {
    const state = JSON.parse(text) as CanaryState;
    const { steps } = state.plan;
    const isWhole = state.format === 1 && Number.isInteger(state.step) && state.step >= 0 && state.step < steps.length;
    if (isWhole && checkPlan(state.plan).ok) return ok(state);
  } catch {
    // Said below.
  }
  return err("corrupt", "what is stored is no state of a canary");
}
