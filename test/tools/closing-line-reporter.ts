import { writeFileSync } from "node:fs";
import type { Reporter, TestModule } from "vitest/node";

/** Ends a run with the one line that CI reads: `N passed, N failed, N skipped`. */
export default class ClosingLineReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], errors: readonly unknown[]): void {
    const counts = { passed: 0, failed: errors.length, skipped: 0 };
    for (const module of modules) {
      for (const test of module.children.allTests()) {
        const state = test.result().state;
        if (state === "passed") counts.passed++;
        else if (state === "failed") counts.failed++;
        else counts.skipped++;
      }
      const hasFailedAlone = module.state() === "failed" && [...module.children.allTests("failed")].length === 0;
      if (hasFailedAlone) counts.failed++;
    }
    // One of several runs: whoever started them adds up.
    const file = process.env["DROVER_COUNTS_FILE"];
    if (file) return writeFileSync(file, JSON.stringify(counts));
    process.on("exit", () => {
      process.stdout.write(`\n${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped\n`);
    });
  }
}
