import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
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

function fuzz(name: string, target: Target, { count, seed }: Options): number {
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

interface Options {
  readonly count: number;
  readonly seed: number;
}

/** What was asked for; a word that means nothing here is an error, or a run would claim what it did not do. */
function readOptions(): Options & { readonly name: string } {
  const { values, positionals } = parseArgs({
    options: { count: { type: "string", default: "100000" }, seed: { type: "string", default: "1" } },
    allowPositionals: true,
  });
  const [count, seed] = [Number(values.count), Number(values.seed)];
  const isKnown = positionals.length === 1 && Object.hasOwn({ ...targets, ...byteTargets }, positionals[0] as string);
  if (!isKnown || !(Number.isInteger(count) && count > 0 && Number.isInteger(seed)))
    throw new Error("a name, and whole numbers");
  return { name: positionals[0] as string, count, seed };
}

function run({ name, ...options }: ReturnType<typeof readOptions>): number {
  const byteTarget = byteTargets[name];
  if (byteTarget === undefined) return fuzz(name, targets[name] as Target, options);
  const write = (text: string): void => void process.stdout.write(text);
  return fuzzBytes(name, byteTarget(), new Prng(options.seed), { write, ...options }) ? 0 : 1;
}

function optionsOrUsage(): ReturnType<typeof readOptions> | undefined {
  try {
    return readOptions();
  } catch (error) {
    const names = [...Object.keys(targets), ...Object.keys(byteTargets)].join("|");
    process.stderr.write(`${(error as Error).message}\nusage: npm run fuzz -- ${names} [--count N] [--seed S]\n`);
    return undefined;
  }
}

const options = optionsOrUsage();
process.exitCode = options === undefined ? 2 : run(options);
