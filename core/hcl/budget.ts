import { limits } from "./limits.ts";

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

  step(count = 1): void {
    this.#steps -= count;
    if (this.#steps < 0) throw new BudgetFault("Evaluating this file takes more steps than allowed.");
  }

  /** Before a string of this length is made. */
  text(length: number): void {
    this.#stringUnits -= length;
    if (this.#stringUnits < 0) throw new BudgetFault("Evaluating this file makes more text than allowed.");
  }
}
