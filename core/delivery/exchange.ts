import type { CheckRun } from "./further.ts";
import type { NoticeKind } from "./notices.ts";
import type { CheckOutcome } from "./outcome.ts";
import type { Outcome } from "./state.ts";
import type { StepCheck } from "./verdict.ts";
import type { CallerReading } from "./window.ts";

export type CanaryCommand = "pause" | "resume" | "skip" | "approve" | "abort";

export type CanaryEvent =
  /** Once, before any other: at the start and after a take-over. */
  | { readonly type: "begin" }
  | { readonly type: "observed"; readonly callers: readonly CallerReading[] }
  /** Consul answers again after it had not: nothing was observed meanwhile. */
  | { readonly type: "reconnected" }
  | { readonly type: "command"; readonly command: CanaryCommand }
  /** A further check has ended. */
  | ({ readonly type: "checked"; readonly outcome: CheckOutcome } & CheckRun)
  /** What `settle` asked for is done; `statement` says what stays. */
  | { readonly type: "settled"; readonly statement: string };

export type CanaryEffect =
  /** Canary's share from now on; stable has the rest. */
  | { readonly type: "weights"; readonly canaryPercent: number }
  /** Whether testers are led to the new version and requests are mirrored there, from now on. */
  | { readonly type: "routes"; readonly testers: boolean; readonly mirror: boolean }
  /** A further check is to be run. */
  | ({ readonly type: "check" } & CheckRun)
  | { readonly type: "settle" }
  | { readonly type: "notice"; readonly notice: Notice }
  | { readonly type: "end"; readonly outcome: Outcome; readonly reason: string };

/** Something that a person who watches wants to know. */
export interface Notice {
  readonly kind: NoticeKind;
  readonly step: number;
  readonly canaryPercent: number;
  readonly text: string;
  readonly check?: StepCheck;
  /** Of a further check. */
  readonly further?: CheckOutcome & { readonly name: string };
}
