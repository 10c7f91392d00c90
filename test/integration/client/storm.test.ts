import { type ChildProcess, fork } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, expect, test } from "vitest";
import { Prng } from "#core/base";
import type { AllocationUpdate } from "#client/link";
import { supervisorPlaces } from "#client/supervisor";
import { eventually, jobOf, noRestarts, shellTask } from "#test/clients";

/** Agents that are killed at any moment, in the middle of starting and ending tasks. */
const HOST = join(import.meta.dirname, "../../../dist/test/clients/main.js");
const SEEDS = (process.env["DROVER_STORM_SEEDS"] ?? "1,2,3").split(",").map(Number);
const ALLOCATIONS = 20;
const KILLS = 15;

const directories: string[] = [];
let host: ChildProcess | undefined;

afterEach(async () => {
  host?.kill("SIGTERM");
  await eventually("the host has left", () => host?.exitCode !== null || host.signalCode !== null, 20_000);
  for (const directory of directories.splice(0)) rmSync(directory, { recursive: true });
});

const allocId = (number: number): string => `00000000-0000-4000-8000-${String(number).padStart(12, "0")}`;

async function killHost(): Promise<void> {
  const running = host as ChildProcess;
  const gone = new Promise((resolve) => running.once("exit", resolve));
  running.kill("SIGKILL");
  await gone;
}

function lastStatuses(directory: string): ReadonlyMap<string, AllocationUpdate> {
  const path = join(directory, "statuses.jsonl");
  const lines = existsSync(path) ? readFileSync(path, "utf8").split("\n").slice(0, -1) : [];
  return new Map(lines.map((line) => JSON.parse(line) as AllocationUpdate).map((update) => [update.id, update]));
}

test.each(SEEDS)(
  "seed %i: every task runs once, whenever its agents are killed, and its end is known",
  async (seed) => {
    const random = new Prng(seed);
    const directory = mkdtempSync(join(tmpdir(), "drover-storm-"));
    directories.push(directory);
    const jobs = Array.from({ length: ALLOCATIONS }, (_, number) => {
      const script = `echo ${number} >> ${directory}/started; sleep 0.${random.below(10)}; exit ${number % 3}`;
      return [
        allocId(number),
        jobOf(`job${number}`, "batch", [shellTask("main", script)], { restartPolicy: noRestarts }),
      ];
    });
    writeFileSync(join(directory, "jobs.json"), JSON.stringify(Object.fromEntries(jobs)));
    for (let kill = 0; kill < KILLS; kill++) {
      host = fork(HOST, [directory], { execArgv: [] });
      await sleep(100 + random.below(300));
      await killHost();
    }
    host = fork(HOST, [directory], { execArgv: [] });
    const ended = await eventually("all have ended", () => {
      const statuses = lastStatuses(directory);
      const done = [...statuses.values()].filter(({ clientStatus }) => ["complete", "failed"].includes(clientStatus));
      return done.length === ALLOCATIONS && statuses;
    });
    const { runs } = supervisorPlaces(join(directory, "state", "supervisor"));
    await eventually("no run is left", () => readdirSync(runs).length === 0);
    const started = readFileSync(join(directory, "started"), "utf8").trim().split("\n").map(Number);
    expect(started.toSorted((left, right) => left - right)).toEqual(
      Array.from({ length: ALLOCATIONS }, (_, number) => number),
    );
    for (let number = 0; number < ALLOCATIONS; number++) {
      const events = ended.get(allocId(number))?.taskStates["main"]?.events?.map((event) => event.displayMessage);
      expect([number, events]).toEqual([number, expect.arrayContaining([`Exit Code: ${number % 3}`])]);
    }
  },
);
