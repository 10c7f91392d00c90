import type { CanaryState, Outcome } from "./state.ts";
import type { StepCheck } from "./verdict.ts";
import type { CallerReading } from "./window.ts";

export type CanaryCommand = "pause" | "resume" | "skip" | "abort";

export type CanaryEvent =
  /** Once, before any other: at the start and after a take-over. */
  | { readonly type: "begin" }
  | { readonly type: "observed"; readonly callers: readonly CallerReading[] }
  | { readonly type: "command"; readonly command: CanaryCommand }
  /** What `settle` asked for is done; `statement` says what stays. */
  | { readonly type: "settled"; readonly statement: string };

export type CanaryEffect =
  /** Canary's share from now on; stable has the rest. */
  | { readonly type: "weights"; readonly canaryPercent: number }
  | { readonly type: "settle" }
  | { readonly type: "notice"; readonly notice: Notice }
  | { readonly type: "end"; readonly outcome: Outcome; readonly reason: string };

export type NoticeKind =
  | "begun"
  | "resumed-by-successor"
  | "weights"
  | "applied"
  | "measuring"
  | "check"
  | "window-discarded"
  | "paused"
  | "resumed"
  | "skipped"
  | "ignored"
  | "withdrawing"
  | "ended";

/** Something that a person who watches wants to know. */
export interface Notice {
  readonly kind: NoticeKind;
  readonly step: number;
  readonly canaryPercent: number;
  readonly text: string;
  readonly check?: StepCheck;
}

/** What the transitions work on. */
export interface Turn {
  readonly nowMs: number;
  readonly state: CanaryState;
}
