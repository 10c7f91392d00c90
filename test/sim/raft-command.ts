import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import type { SimArguments } from "./arguments.ts";
import { currentCommit, exitCodes, FAILURE_FOLDER, type SimOutput } from "./output.ts";
import { type Operation, toJsonLines } from "./linearizability/history.ts";
import { profileOf } from "./raft/campaign.ts";
import { runSeed, runSwarm, type SeedResult } from "./raft/run.ts";
import { replayTranscript } from "./raft/script.ts";
import { shrink } from "./raft/shrink.ts";
import { drawSwarm, type Swarm } from "./raft/swarm.ts";
import { RunTally } from "./raft/tally.ts";
import type { ChunkTask } from "./raft/worker.ts";

const CHUNK_SEEDS = 20;
const PROGRESS_MS = 2_000;

export async function runRaft(args: SimArguments, output: SimOutput): Promise<number> {
  if (args.script !== undefined) return replay(args.script, args, output);
  if (args.seed !== undefined) return runOne(drawSwarm(args.seed, profileOf(args.seed, args.profile)), args, output);
  const campaign = new Campaign(args, output);
  await campaign.run();
  return campaign.conclude();
}

function replay(file: string, args: SimArguments, output: SimOutput): number {
  if (file.endsWith(".txt")) return replayText(file, output);
  const script = JSON.parse(readFileSync(file, "utf8")) as { readonly swarm: Swarm };
  return runOne(script.swarm, args, output);
}

/** A transcript must come out as it is written; the first differing line is shown. */
function replayText(file: string, output: SimOutput): number {
  const written = readFileSync(file, "utf8");
  const replayed = replayTranscript(written);
  const [expected, found] = [written.split("\n"), replayed.split("\n")];
  const at = found.findIndex((line, position) => line !== expected[position]);
  if (replayed === written) return exitCodes.clean;
  output.write(`${file}:${at + 1}: expected "${expected[at] ?? ""}", found "${found[at] ?? ""}"\n`);
  return exitCodes.safety;
}

function runOne(swarm: Swarm, args: SimArguments, output: SimOutput): number {
  const { history } = args;
  const keep =
    history === undefined ? undefined : (operations: readonly Operation[]) => writeHistory(history, operations);
  const result = runSwarm(swarm, args.verbose ? (line) => output.write(`${line}\n`) : undefined, keep);
  output.write(args.json ? `${asJson(result)}\n` : `${describe(result)}\n`);
  if (result.failure === undefined) return exitCodes.clean;
  if (!args.verbose) printTail(swarm, output);
  return exitCodes[result.failure.type];
}

function writeHistory(file: string, operations: readonly Operation[]): void {
  writeFileSync(file, `${toJsonLines(operations)}\n`);
}

export function describe(result: SeedResult): string {
  const outcome = result.failure === undefined ? "no violation" : `${result.failure.type}: ${result.failure.message}`;
  return `seed ${result.seed} (${result.profile}): ${outcome}; ${result.events} events, ${result.acknowledged} acknowledged, trace ${(result.hash >>> 0).toString(16)}`;
}

function asJson(result: SeedResult): string {
  return JSON.stringify({
    ...result,
    faultsFired: Object.fromEntries(result.faultsFired),
    sitesFired: Object.fromEntries(result.sitesFired),
  });
}

/** The last lines before the end, for reading. */
function printTail(swarm: Swarm, output: SimOutput): void {
  const lines: string[] = [];
  runSwarm(swarm, (line) => lines.push(line.slice(0, 240)));
  output.write(`${lines.slice(-40).join("\n")}\n`);
}

class Campaign {
  readonly #args: SimArguments;
  readonly #output: SimOutput;
  readonly #tally = new RunTally();
  readonly #startedMs = performance.now();
  readonly #startedCpu = process.cpuUsage();
  #nextSeed: number;
  #isInterrupted = false;
  #lastProgressMs = performance.now();

  constructor(args: SimArguments, output: SimOutput) {
    this.#args = args;
    this.#output = output;
    this.#nextSeed = args.from;
  }

  async run(): Promise<void> {
    const interrupt = (): void => {
      this.#isInterrupted = true;
    };
    process.once("SIGINT", interrupt);
    await Promise.all(Array.from({ length: this.#args.jobs }, () => this.#runLane()));
    process.removeListener("SIGINT", interrupt);
  }

  async #runLane(): Promise<void> {
    const worker = new Worker(new URL("./raft/worker.js", import.meta.url));
    try {
      for (let task = this.#nextTask(); task !== undefined; task = this.#nextTask()) {
        const results = await this.#ask(worker, task);
        for (const result of results) this.#take(result);
      }
    } finally {
      await worker.terminate();
    }
  }

  #ask(lane: Worker, task: ChunkTask): Promise<readonly SeedResult[]> {
    return new Promise((resolve, reject) => {
      lane.once("error", reject);
      lane.once("message", (results: readonly SeedResult[]) => {
        lane.removeListener("error", reject);
        resolve(results);
      });
      // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a worker thread, not a window
      lane.postMessage(task);
    });
  }

  #nextTask(): ChunkTask | undefined {
    const { minutes, untilFailure, from, seeds, profile } = this.#args;
    if (this.#isInterrupted || this.#tally.failures.length > 0) return undefined;
    const isOver =
      minutes === undefined ? !untilFailure && this.#nextSeed >= from + seeds : this.#elapsedMs() > minutes * 60_000;
    if (isOver) return undefined;
    const left = minutes === undefined && !untilFailure ? from + seeds - this.#nextSeed : CHUNK_SEEDS;
    const task = { from: this.#nextSeed, count: Math.min(CHUNK_SEEDS, left), profile };
    this.#nextSeed += task.count;
    return task;
  }

  #elapsedMs(): number {
    return performance.now() - this.#startedMs;
  }

  #take(result: SeedResult): void {
    this.#tally.add(result);
    if (this.#args.json) this.#output.write(`${asJson(result)}\n`);
    if (this.#args.json || performance.now() - this.#lastProgressMs < PROGRESS_MS) return;
    this.#lastProgressMs = performance.now();
    this.#output.write(`  … ${this.#tally.progress(this.#cpuSeconds())}\n`);
  }

  #cpuSeconds(): number {
    const { user, system } = process.cpuUsage(this.#startedCpu);
    return (user + system) / 1e6;
  }

  conclude(): number {
    const first = this.#tally.failures[0];
    const word = this.#isInterrupted ? "interrupted: " : "";
    if (!this.#args.json) this.#output.write(`${word}${this.#tally.line(this.#cpuSeconds())}\n`);
    if (first?.failure !== undefined) {
      this.#report(first);
      return exitCodes[first.failure.type];
    }
    if (this.#isInterrupted || this.#tally.isCovering) return exitCodes.clean;
    if (!this.#args.json) this.#output.write("void: too few seeds were busy and hostile enough to count\n");
    return exitCodes.void;
  }

  /** Shrinks the failure, keeps it as a file, and ends with the line that replays it. */
  #report(result: SeedResult): void {
    const { failure } = result;
    if (failure === undefined) return;
    const whole = drawSwarm(result.seed, result.profile);
    const { swarm, attempts } = shrink(whole, failure);
    printTail(swarm, this.#output);
    this.#output.write(`${describe(result)}\n`);
    this.#output.write(
      `shrunk in ${attempts} runs: ${whole.actions.length} → ${swarm.actions.length} actions, ${whole.hostileMs} → ${swarm.hostileMs} ms\n`,
    );
    mkdirSync(FAILURE_FOLDER, { recursive: true });
    const file = join(FAILURE_FOLDER, `raft-${result.profile}-${result.seed}.json`);
    const commit = currentCommit();
    const { mutant } = this.#args;
    writeFileSync(file, `${JSON.stringify({ commit, mutant, failure, swarm }, undefined, 1)}\n`);
    const suffix = mutant === undefined ? "" : ` --mutant ${mutant}`;
    this.#output.write(`npm run sim -- raft --script ${file}${suffix}   # commit ${commit}\n`);
  }
}

/** Replays a seed twice: equal traces are the promise on which every other one rests. */
export function isDeterministic(seed: number, profile: "plain" | "membership" | "disk"): boolean {
  return runSeed(seed, profile).hash === runSeed(seed, profile).hash;
}
