import { type ChildProcess, fork } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { Prng } from "#core/base";
import { logIndexes } from "#client/log";
import type { AllocationUpdate } from "#client/link";
import { identify, type ProcessIdentity } from "#client/process";
import { supervisorPlaces } from "#client/supervisor";
import { LogConfig } from "#core/model";
import { empty } from "#core/schema";
import { eventually, jobOf, noRestarts, shellTask } from "#test/clients";
import { contiguousLines, killStrays, NUMBERED_LINES } from "#test/support";

/**
 * The promise of the supervisor: an agent is killed −9 again and again, then the supervisor too; no task notices, no line
 * is missing. The seeds run side by side, each with an agent of its own; DROVER_TAKEOVER_SEEDS=1,2,3 names others.
 */
const HOST = join(import.meta.dirname, "../../dist/test/clients/main.js");
const SEEDS = (process.env["DROVER_TAKEOVER_SEEDS"] ?? "1,2,3").split(",").map(Number);
const TASKS = 8;
const AGENT_KILLS = 20;
const SUPERVISOR_KILLS = 5;
/** Two dozen writers and their agents beside whatever else is tested. */
const PATIENCE_MS = 60_000;
const allocId = (number: number): string => `00000000-0000-4000-8000-${String(number).padStart(12, "0")}`;

/** One agent with its directory. */
class Trial {
  readonly directory = mkdtempSync(join(tmpdir(), "drover-takeover-"));
  readonly places = supervisorPlaces(join(this.directory, "state", "supervisor"));
  #host: ChildProcess | undefined;

  writeJobs(): void {
    const script = join(this.directory, "writer.cjs");
    writeFileSync(script, NUMBERED_LINES);
    const task = shellTask("main", "", {
      config: { command: process.execPath, args: ["--max-semi-space-size=1", script] },
      logConfig: empty(LogConfig, { maxFiles: 200, maxFileSizeMb: 1 }),
    });
    const jobs = Array.from({ length: TASKS }, (_, number) => [
      allocId(number),
      jobOf(`writer${number}`, "service", [task], { restartPolicy: noRestarts }),
    ]);
    writeFileSync(join(this.directory, "jobs.json"), JSON.stringify(Object.fromEntries(jobs)));
  }

  async start(): Promise<void> {
    const host = fork(HOST, [this.directory], { stdio: ["ignore", "inherit", "inherit", "ipc"], execArgv: [] });
    this.#host = host;
    await new Promise((resolve) => host.once("message", resolve));
  }

  async kill(): Promise<void> {
    const host = this.#host as ChildProcess;
    const gone = new Promise((resolve) => host.once("exit", resolve));
    host.kill("SIGKILL");
    await gone;
  }

  async end(): Promise<void> {
    const host = this.#host as ChildProcess;
    host.kill("SIGTERM");
    try {
      await eventually("the host has left", () => host.exitCode !== null, 30_000);
    } finally {
      killStrays(this.directory);
      rmSync(this.directory, { recursive: true, force: true });
    }
  }

  supervisor(): ProcessIdentity {
    return JSON.parse(readFileSync(this.places.self, "utf8").split("\n")[1] as string) as ProcessIdentity;
  }

  taskPids(): ProcessIdentity[] {
    if (!existsSync(this.places.runs)) return [];
    const names = readdirSync(this.places.runs).filter((name) => name.endsWith(".pid"));
    return names
      .toSorted()
      .flatMap((name) => identify(Number(readFileSync(join(this.places.runs, name), "utf8"))) ?? []);
  }

  statuses(): AllocationUpdate[] {
    const lines = readFileSync(join(this.directory, "statuses.jsonl"), "utf8").trim().split("\n");
    return lines.map((line) => JSON.parse(line) as AllocationUpdate);
  }

  /** How many whole lines each task's log holds; throws at the first that is not the number after the one before. */
  countLines(): number[] {
    return Array.from({ length: TASKS }, (_, number) => {
      const folder = join(this.directory, "alloc", allocId(number), "alloc/logs");
      const parts = logIndexes(folder, "main.stdout").map((index) =>
        readFileSync(join(folder, `main.stdout.${index}`), "latin1"),
      );
      return contiguousLines(parts.join(""), `task ${number}`);
    });
  }
}

test.concurrent.each(SEEDS)("seed %i: tasks keep their pids and no line is lost", async (seed) => {
  const random = new Prng(seed);
  const trial = new Trial();
  trial.writeJobs();
  await trial.start();
  try {
    const before = await eventually(
      "all tasks run",
      () => trial.taskPids().length === TASKS && trial.taskPids(),
      30_000,
    );
    for (let kill = 0; kill < AGENT_KILLS; kill++) {
      await sleep(1000 + random.below(4000));
      await trial.kill();
      await trial.start();
    }
    for (let kill = 0; kill < SUPERVISOR_KILLS; kill++) {
      await sleep(1000 + random.below(4000));
      const old = trial.supervisor();
      process.kill(old.pid, "SIGKILL");
      await eventually("another supervisor", () => trial.supervisor().pid !== old.pid, PATIENCE_MS);
    }
    const seen = trial.countLines();
    const after = await eventually(
      "every task writes on",
      async () => {
        await sleep(1000);
        const counts = trial.countLines();
        return counts.every((lines, number) => lines > (seen[number] ?? 0) + 500) && counts;
      },
      PATIENCE_MS,
    );

    expect(trial.taskPids()).toEqual(before);
    const statuses = new Set(trial.statuses().map((status) => status.clientStatus));
    expect([...statuses].filter((status) => status !== "pending")).toEqual(["running"]);
    console.log(`seed ${seed}: ${after.reduce((sum, lines) => sum + lines, 0)} lines, all contiguous`);
  } finally {
    await trial.end();
  }
});
