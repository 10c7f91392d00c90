import { describe, expect, test } from "vitest";
import { Prng } from "#core/base";
import { snapshotOf } from "../data/snapshot.ts";
import type { Host } from "../engine/host.ts";
import { defaultLimits } from "../engine/limits.ts";
import { parseTemplate, render } from "../engine/render.ts";

const host: Host = {
  nowMs: 0,
  random: new Prng(1),
  environment: new Map(),
  addresses: [],
  refusePath: () => undefined,
  refuseOwner: () => undefined,
  runPlugin: () => ({ problem: "none", stdout: "", stderr: "" }),
  cryptography: undefined,
};

/** Processor milliseconds that a template takes: the machine may be busy. */
function cost(source: string): number {
  const template = parseTemplate(source);
  if (!template.ok) throw new Error(template.failure.message);
  const limits = { ...defaultLimits, stepsMax: Number.MAX_SAFE_INTEGER };
  const before = process.cpuUsage();
  const pass = render(template.value, snapshotOf(new Map()), { host, limits });
  const used = process.cpuUsage(before);
  if (!pass.ok) throw new Error(pass.failure.message);
  return (used.user + used.system) / 1000;
}

const patterns = [
  "(a*)*b",
  "(a|aa)+$",
  "(a+a+)+b",
  "^(([a-z])+.)+[A-Z]([a-z])+$",
  "(a|a|a|a|a|a|a|a)*b",
  "(.*)(.*)(.*)(.*)b",
];

describe("a pattern that a backtracking engine needs ages for", () => {
  test.each(patterns)("%s takes time in proportion to the text", (pattern) => {
    const run = (length: number): number => cost(`{{ regexMatch "${pattern}" (sprig_repeat ${length} "a") }}`);
    run(1000);
    // Ten times the text, with room for noise; a quadratic engine would take a hundred times as long.
    expect(run(100_000)).toBeLessThan(40 * Math.max(5, run(10_000)));
  });

  test("matches that each read the whole rest end by their steps", () => {
    const template = parseTemplate(`{{ regexReplaceAll "a(.*b)?" "x" (sprig_repeat 100000 "a") }}`);
    if (!template.ok) throw new Error(template.failure.message);
    const pass = render(template.value, snapshotOf(new Map()), { host });
    expect(pass.ok ? "rendered" : pass.failure.message).toContain("the template took more than 2000000 steps");
  });

  test("look-around and back-references are refused, with the reason", () => {
    for (const pattern of ["(?=a)", "(?<!a)", String.raw`(a)\\1`]) {
      const template = parseTemplate(`{{ regexMatch "${pattern}" "a" }}`);
      if (!template.ok) throw new Error(template.failure.message);
      const pass = render(template.value, snapshotOf(new Map()), { host });
      expect(pass.ok ? "rendered" : pass.failure.message).toContain("error parsing regexp: invalid");
    }
  });
});
