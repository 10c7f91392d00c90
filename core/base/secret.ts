export const REDACTED = "<redacted>";

/** A value that does not print itself: not in logs, diffs, JSON, events, or debug bundles. */
export class Secret<T = string> {
  readonly #value: T;

  constructor(value: T) {
    this.#value = value;
  }

  /** The value itself; `purpose` says in the code why it leaves its wrapper. */
  reveal(purpose: "wire" | "disk" | "authenticate" | "task"): T {
    void purpose;
    return this.#value;
  }

  toString(): string {
    return REDACTED;
  }

  toJSON(): string {
    return REDACTED;
  }

  /** What node:util's inspect prints; the symbol is shared by name so that core need not import it. */
  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return REDACTED;
  }
}
