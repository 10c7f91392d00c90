import { limits } from "./limits.ts";
import type { Source, Span } from "./source.ts";
import type { Value } from "./value.ts";

/** Evaluation has cost more than it may; caught where an attribute is evaluated, and reported there. */
export class BudgetFault extends Error {
  override readonly name = "BudgetFault";
}

/** What the evaluation of one file may still cost. Shared by everything that is evaluated for that file. */
export class Budget {
  #steps: number;
  #stringUnits: number = limits.stringUnits;

  /** For a text of this length. */
  constructor(textLength: number = 0) {
    this.#steps = limits.steps + textLength;
  }

  #source: Source | undefined;
  #span: Span | undefined;

  /** Before an expression is evaluated: one step, and the place of a fault from here on. */
  enter(source: Source, span: Span): void {
    this.#source = source;
    this.#span = span;
    this.step();
  }

  /** The expression that was being evaluated. */
  get place(): { readonly source: Source; readonly span: Span } | undefined {
    return this.#source && this.#span && { source: this.#source, span: this.#span };
  }

  step(count = 1): void {
    this.#steps -= count;
    if (this.#steps < 0) throw new BudgetFault("Evaluating this file takes more steps than allowed.");
  }

  /** Before a string of this length is made. */
  text(length: number): void {
    this.#stringUnits -= length;
    if (this.#stringUnits < 0) throw new BudgetFault("Evaluating this file makes more text than allowed.");
  }

  readonly #weights = new WeakMap<Value, number>();

  /**
   * How many values a value holds, itself and long texts counted in. Values share their parts, so what took little to
   * write can be huge to walk: `[l, l]` of `[l, l]` of …. Refuses what is too large to ever be walked.
   */
  weigh(value: Value): number {
    if (value.kind === "string") return 1 + (value.value.length >> 7);
    // The digits of a number with a far exponent take long to write.
    if (value.kind === "number" && typeof value.value !== "number") return 4 + (Math.abs(value.value.exponent) >> 3);
    const parts = "items" in value ? value.items : "entries" in value ? value.entries.values() : undefined;
    if (parts === undefined) return 1;
    const known = this.#weights.get(value);
    if (known !== undefined) return known;
    let weight = 1;
    for (const part of parts) weight += this.weigh(part);
    if (weight > limits.valueWeight) throw new BudgetFault("Evaluating this file makes a larger value than allowed.");
    this.#weights.set(value, weight);
    return weight;
  }

  /** Before something walks all of a value. */
  walk(value: Value): void {
    this.step(this.weigh(value));
  }
}
