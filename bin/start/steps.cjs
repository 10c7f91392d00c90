"use strict";
// What a start says: a line for each step, and on a terminal a sign of life between them.

const FRAMES = ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"];
const FRAME_MS = 100;

class Steps {
  #isTerminal;
  #began = Date.now();
  #spinner;

  constructor(isTerminal) {
    this.#isTerminal = isTerminal;
  }

  say(text) {
    this.quiet();
    const seconds = ((Date.now() - this.#began) / 1000).toFixed(1).padStart(5);
    const [dim, plain] = this.#isTerminal ? ["\u001b[2m", "\u001b[0m"] : ["", ""];
    process.stdout.write(`${dim}${seconds} s${plain}  ${text}\n`);
  }

  /** Turns until something is said. */
  spin() {
    if (!this.#isTerminal || this.#spinner) return;
    let frame = 0;
    this.#spinner = setInterval(() => process.stdout.write(`\r  ${FRAMES[frame++ % FRAMES.length]}`), FRAME_MS);
  }

  quiet() {
    if (!this.#spinner) return;
    clearInterval(this.#spinner);
    this.#spinner = undefined;
    process.stdout.write("\r\u001b[K");
  }
}

module.exports = { Steps };
