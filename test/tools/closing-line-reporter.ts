import { writeFileSync } from "node:fs";
import type { Reporter, SerializedError, TestCase, TestModule } from "vitest/node";

const MESSAGE_LINES_MAX = 30;

/** What one run came to: `failures` has a paragraph for each failure. */
export interface RunCounts {
  passed: number;
  failed: number;
  skipped: number;
  readonly failures: string[];
}

/**
 * A line a file as it ends, what tests print, then every failure once more and the one line that CI reads:
 * `N passed, N failed, N skipped`. CI shows the end of what a run prints, so that is where the failures are.
 */
export default class ClosingLineReporter implements Reporter {
  onUserConsoleLog(log: { readonly content: string }): void {
    process.stdout.write(log.content);
  }

  onTestModuleEnd(module: TestModule): void {
    const tests = [...module.children.allTests()];
    const seconds = (module.diagnostic().duration / 1000).toFixed(1);
    const mark = module.state() === "failed" ? "FAILED" : "ok    ";
    process.stdout.write(`${mark} ${module.relativeModuleId} (${tests.length} tests, ${seconds} s)\n`);
  }

  onTestRunEnd(modules: readonly TestModule[], errors: readonly SerializedError[]): void {
    const counts = countsOf(modules, errors);
    // One of several runs: whoever started them adds up.
    const file = process.env["DROVER_COUNTS_FILE"];
    if (file) return writeFileSync(file, JSON.stringify(counts));
    process.on("exit", () => {
      for (const failure of counts.failures) process.stdout.write(`\n${failure}\n`);
      process.stdout.write(`\n${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped\n`);
    });
  }
}

function countsOf(modules: readonly TestModule[], errors: readonly SerializedError[]): RunCounts {
  const counts: RunCounts = { passed: 0, failed: 0, skipped: 0, failures: [] };
  const fail = (name: string, causes: readonly Cause[]): void => {
    counts.failed++;
    counts.failures.push(`FAILED ${name}\n${causes.map(textOf).join("\n")}`);
  };
  for (const error of errors) fail("outside of any test", [error]);
  for (const module of modules) {
    for (const test of module.children.allTests()) {
      const result = test.result();
      if (result.state === "passed") counts.passed++;
      else if (result.state === "failed") fail(nameOf(test), result.errors);
      else counts.skipped++;
    }
    const isFailedAlone = module.state() === "failed" && [...module.children.allTests("failed")].length === 0;
    if (isFailedAlone) fail(module.relativeModuleId, module.errors());
  }
  return counts;
}

function nameOf(test: TestCase): string {
  return `${test.module.relativeModuleId} > ${test.fullName}`;
}

interface Cause {
  readonly message: string;
  readonly stack?: string | undefined;
  readonly diff?: string | undefined;
}

function textOf({ message, stack, diff }: Cause): string {
  const place = stack?.split("\n").find((line) => line.includes(".test.ts"));
  const lines = [message, ...(diff ? [diff] : []), ...(place ? [place.trim()] : [])].join("\n").split("\n");
  const shown = lines.length > MESSAGE_LINES_MAX ? [...lines.slice(0, MESSAGE_LINES_MAX), "…"] : lines;
  return shown.map((line) => `    ${line}`).join("\n");
}
