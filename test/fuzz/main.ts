import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { Prng } from "#core/base";
import { type ByteTarget, fuzzBytes } from "./byte-target.ts";
import { GossipTarget, RaftFrameTarget } from "./frame-target.ts";
import { LogImageTarget } from "./log-target.ts";
import { checkJob, nextJob } from "./job-target.ts";
import { checkHcl, nextHcl, type Verdict } from "./hcl-target.ts";
import { checkTemplate, nextTemplate } from "./template-target.ts";

interface Target {
  readonly check: (input: string) => Verdict;
  readonly next: (random: Prng, corpus: readonly string[]) => string;
  readonly corpus: string;
}

/** What can be fuzzed, by name: `npm run fuzz -- hcl [--count N] [--seed S]`. */
const targets: Readonly<Record<string, Target>> = {
  hcl: { check: checkHcl, next: nextHcl, corpus: "hcl" },
  job: { check: checkJob, next: nextJob, corpus: "job" },
  template: { check: checkTemplate, next: nextTemplate, corpus: "template" },
};

/** Formats of bytes: `npm run fuzz -- log-image --count 100000`. */
const byteTargets: Readonly<Record<string, () => ByteTarget>> = {
  "raft-frame": () => new RaftFrameTarget(),
  "gossip-packet": () => new GossipTarget(),
  "log-image": () => new LogImageTarget(),
};

const SLOW_MS = 1000;
const SHOWN_MAX = 4000;
/** Larger files of the corpus are only replayed, not changed: they would take all the time. */
const CHANGED_MAX = 4000;
/** Files that are there for what they cost; they are changed too, but not as often. */
const costly = /deep|doubling|ranges|nested|shared/;
const CHEAP_SHARE = 20;

function corpusOf(name: string): string[] {
  const folder = resolve("test/fuzz/corpus", name);
  return readdirSync(folder).flatMap((file) => {
    const text = readFileSync(join(folder, file), "utf8");
    if (text.length > CHANGED_MAX) return [];
    return Array.from({ length: costly.test(file) ? 1 : CHEAP_SHARE }, () => text);
  });
}

function option(args: readonly string[], name: string, fallback: number): number {
  const at = args.indexOf(name);
  return at === -1 ? fallback : Number(args[at + 1]);
}

function fuzz(name: string, target: Target, args: readonly string[]): number {
  const count = option(args, "--count", 100_000);
  const seed = option(args, "--seed", 1);
  const random = new Prng(seed);
  const corpus = corpusOf(target.corpus);
  let slowest = 0;
  const started = performance.now();
  for (let run = 0; run < count; run++) {
    const input = target.next(random, corpus);
    const before = performance.now();
    const verdict = attempt(target, input);
    const elapsed = performance.now() - before;
    // Processor time, so that a busy machine is not mistaken for a slow parser; asking for it costs as much as an input.
    const took = elapsed > SLOW_MS ? processorMs(() => attempt(target, input)) : elapsed;
    slowest = Math.max(slowest, took);
    if (verdict !== undefined || took > SLOW_MS) {
      const reason = verdict ?? `took ${Math.round(took)} ms`;
      process.stdout.write(
        `${name}: input ${run} of seed ${seed}: ${reason}\n${JSON.stringify(input.length > SHOWN_MAX ? input.slice(0, SHOWN_MAX) : input)}\n`,
      );
      return 1;
    }
  }
  const seconds = Math.round((performance.now() - started) / 1000);
  const rate = Math.round(count / Math.max(1, seconds));
  process.stdout.write(
    `${name}: ${count} inputs of seed ${seed} in ${seconds} s (${rate} a second), slowest ${Math.round(slowest)} ms\n`,
  );
  return 0;
}

function processorMs(run: () => unknown): number {
  const before = process.cpuUsage();
  run();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

function attempt(target: Target, input: string): Verdict {
  try {
    return target.check(input);
  } catch (error) {
    return error instanceof Error ? (error.stack ?? error.message) : String(error);
  }
}

const [name = "", ...args] = process.argv.slice(2);
const target = targets[name];
const byteTarget = byteTargets[name];
if (byteTarget !== undefined) {
  const [count, seed] = [option(args, "--count", 100_000), option(args, "--seed", 1)];
  const write = (text: string): void => void process.stdout.write(text);
  process.exitCode = fuzzBytes(name, byteTarget(), new Prng(seed), { write, count, seed }) ? 0 : 1;
} else if (target === undefined) {
  const names = [...Object.keys(targets), ...Object.keys(byteTargets)];
  process.stderr.write(`usage: npm run fuzz -- ${names.join("|")} [--count N] [--seed S]\n`);
  process.exitCode = 2;
} else process.exitCode = fuzz(name, target, args);
