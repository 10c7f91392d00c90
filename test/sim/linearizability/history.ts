/**
 * One operation on a register, as its client saw it. `returnedAt` is undefined when the outcome is unknown: it may have
 * happened at any time after `calledAt`, or never.
 */
export interface Operation {
  readonly process: number;
  readonly key: string;
  readonly calledAt: number;
  readonly returnedAt: number | undefined;
  readonly action: Action;
}

export type Action =
  | { readonly type: "write"; readonly value: string }
  /** `isOk` undefined while the outcome is unknown. */
  | {
      readonly type: "compare-and-set";
      readonly expected: string;
      readonly value: string;
      readonly isOk: boolean | undefined;
    }
  /** Default and consistent reads promise linearizability here; a stale one promises some earlier value. */
  | { readonly type: "read"; readonly mode: "default" | "consistent" | "stale"; readonly value: string };

/** One JSON object a line, for checkers of other makes. */
export function toJsonLines(history: readonly Operation[]): string {
  return history.map((operation) => JSON.stringify(operation)).join("\n");
}

export function fromJsonLines(text: string): Operation[] {
  return text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as Operation);
}
