import { INITIAL_VALUE } from "../linearizability/checker.ts";
import type { Action, Operation } from "../linearizability/history.ts";

/** Commands take turns on so many registers, and so many on each before new ones come: few of a key overlap. */
const LANES = 12;
const COMMANDS_A_KEY = 16;

interface Version {
  readonly index: number;
  readonly value: string;
}

/**
 * What the clients of a world saw, as operations on registers. A command is a write or, every third one, a
 * compare-and-set from the value that its client saw last; the shared history says what each of them did.
 */
export class RegisterHistory {
  readonly #operations: Operation[] = [];
  readonly #open = new Map<number, Operation>();
  readonly #versions = new Map<string, Version[]>();
  readonly #succeeded = new Map<number, boolean>();
  readonly #lastSeen = new Map<string, string>();
  #process = 0;

  /** A client proposes command number `proposal`. */
  proposed(proposal: number, nowMs: number): void {
    const key = keyOf(proposal);
    const value = String(proposal);
    const expected = this.#lastSeen.get(key) ?? INITIAL_VALUE;
    const action: Action =
      Math.floor(proposal / LANES) % 3 === 2
        ? { type: "compare-and-set", expected, value, isOk: undefined }
        : { type: "write", value };
    this.#open.set(proposal, { process: this.#process++, key, calledAt: nowMs, returnedAt: undefined, action });
  }

  /** It never happens. */
  refused(proposal: number): void {
    this.#open.delete(proposal);
  }

  /** The command is the entry at `index` of the history that all servers share. */
  committed(proposal: number, index: number): void {
    const action = this.#open.get(proposal)?.action;
    if (action === undefined || action.type === "read") return;
    const key = keyOf(proposal);
    const isOk = action.type === "write" || this.#valueAt(key, index) === action.expected;
    this.#succeeded.set(proposal, isOk);
    if (isOk) this.#versionsOf(key).push({ index, value: action.value });
  }

  /** The client hears that its command is done. */
  answered(proposal: number, nowMs: number): void {
    const operation = this.#open.get(proposal);
    if (operation === undefined) return;
    this.#open.delete(proposal);
    const { action } = operation;
    const isOk = this.#succeeded.get(proposal) ?? false;
    const done = action.type === "compare-and-set" ? { ...action, isOk } : action;
    if (done.type !== "read" && isOk) this.#lastSeen.set(operation.key, done.value);
    this.#operations.push({ ...operation, action: done, returnedAt: nowMs });
  }

  /** A client reads the register of the newest commands from a server that has applied up to `appliedIndex`. */
  read(
    mode: "default" | "consistent" | "stale",
    key: string,
    appliedIndex: number,
    calledAt: number,
    nowMs: number,
  ): void {
    const value = this.#valueAt(key, appliedIndex);
    const action: Action = { type: "read", mode, value };
    this.#operations.push({ process: this.#process++, key, calledAt, returnedAt: nowMs, action });
    if (mode !== "stale") this.#lastSeen.set(key, value);
  }

  /** Everything in the order of the calls; what was never answered is at the end of nothing: its outcome is unknown. */
  operations(): Operation[] {
    return [...this.#operations, ...this.#open.values()].sort((left, right) => left.calledAt - right.calledAt);
  }

  #valueAt(key: string, index: number): string {
    const versions = this.#versionsOf(key);
    for (let at = versions.length - 1; at >= 0; at--) {
      const version = versions[at] as Version;
      if (version.index <= index) return version.value;
    }
    return INITIAL_VALUE;
  }

  #versionsOf(key: string): Version[] {
    let versions = this.#versions.get(key);
    if (versions === undefined) {
      versions = [];
      this.#versions.set(key, versions);
    }
    return versions;
  }
}

/** The register that a command is about, and that reads of its time ask for. */
export function keyOf(proposal: number): string {
  return `r${Math.floor(proposal / (LANES * COMMANDS_A_KEY))}.${proposal % LANES}`;
}
