import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { Prng } from "#core/base";
import {
  AgentProcess,
  type AgentPorts,
  contiguousLines,
  freePorts,
  killStrays,
  NUMBERED_LINES,
  until,
} from "#test/support";
import { type AllocRow, scriptJob } from "./jobs.ts";

/**
 * A whole agent - server, log, state, client - is killed −9 twenty times at seeded times, then its supervisor five
 * times: the tasks keep their pids, no line of theirs is missing, and the tables are what they were.
 * DROVER_TAKEOVER_SEEDS=1,2,3 runs several trials side by side.
 */
const SEEDS = (process.env["DROVER_TAKEOVER_SEEDS"] ?? "1").split(",").map(Number);
const TASKS = 8;
const AGENT_KILLS = 20;
const SUPERVISOR_KILLS = 5;

class Trial {
  readonly folder = mkdtempSync(join(tmpdir(), "drover-agent-takeover-"));
  readonly data = join(this.folder, "data");
  #ports: AgentPorts | undefined;
  agent!: AgentProcess;

  async start(): Promise<void> {
    this.#ports ??= await freePorts();
    writeFileSync(
      join(this.folder, "agent.hcl"),
      'server { enabled = true }\nclient { enabled = true }\nplugin "raw_exec" {\n  config { enabled = true }\n}\n',
    );
    this.agent = await AgentProcess.start(["-config", "agent.hcl", "-data-dir", this.data], this.folder, this.#ports);
  }

  async registerWriters(): Promise<void> {
    const script = join(this.folder, "writer.cjs");
    writeFileSync(script, NUMBERED_LINES);
    const task = {
      Config: { command: process.execPath, args: ["--max-semi-space-size=1", script] },
      LogConfig: { MaxFiles: 200, MaxFileSizeMB: 1 },
    };
    await this.agent.call(
      "/v1/jobs",
      scriptJob("writers", "", { count: TASKS, task, group: { EphemeralDisk: { SizeMB: 300 } } }),
    );
    await until(
      "all writers run",
      async () =>
        (await this.allocations("writers")).filter((alloc) => alloc.ClientStatus === "running").length === TASKS,
    );
  }

  allocations(job: string): Promise<AllocRow[]> {
    return this.agent.call(`/v1/job/${job}/allocations`);
  }

  pids(): string[] {
    const found = execFileSync("pgrep", ["-f", join(this.folder, "writer.cjs")], { encoding: "utf8" });
    // The line of /bin/sh that waits for a writer has the script in its arguments too.
    return found
      .trim()
      .split("\n")
      .filter((pid) => readFileSync(`/proc/${pid}/comm`, "utf8").trim().startsWith("node"))
      .sort();
  }

  supervisorPid(): number {
    const self = readFileSync(join(this.data, "client/supervisor/supervisor.json"), "utf8");
    return (JSON.parse(self.split("\n")[1] as string) as { pid: number }).pid;
  }

  /** What the state must still be after a restart; heartbeats and reports move some indexes on. */
  async tables(): Promise<unknown> {
    const moving =
      /^(?:ModifyIndex|ModifyTime|AllocModifyIndex|StatusUpdatedAt|LastAllocUpdateIndex|LastMissedHeartbeatIndex|UpdateTime|Events)$/;
    const still = (value: unknown): unknown =>
      JSON.parse(JSON.stringify(value, (key, item: unknown) => (moving.test(key) ? undefined : item)));
    const paths = ["/v1/jobs", "/v1/job/writers", "/v1/allocations", "/v1/evaluations", "/v1/nodes"];
    return still(await Promise.all(paths.map((path) => this.agent.call(path))));
  }

  /** How many whole lines each task wrote; throws at the first that is not the number after the one before. */
  async countLines(): Promise<number[]> {
    const allocs = await this.allocations("writers");
    return allocs.map(({ ID }) => {
      const folder = join(this.data, "alloc", ID, "alloc/logs");
      const parts = readdirSync(folder)
        .filter((name) => name.startsWith("main.stdout."))
        .toSorted((a, b) => Number(a.split(".").at(-1)) - Number(b.split(".").at(-1)));
      return contiguousLines(parts.map((name) => readFileSync(join(folder, name), "latin1")).join(""), ID);
    });
  }

  async end(): Promise<void> {
    await this.agent.call("/v1/job/writers?purge=true", undefined, "DELETE").catch(() => undefined);
    await sleep(1500);
    await this.agent.stop().catch(() => undefined);
    if (existsSync(join(this.data, "client/supervisor/supervisor.json"))) {
      try {
        process.kill(this.supervisorPid(), "SIGKILL");
      } catch {
        // It left with its last task.
      }
    }
    killStrays(this.folder);
    rmSync(this.folder, { recursive: true, force: true });
  }
}

test.concurrent.each(SEEDS)("seed %i: killed agents and supervisors cost no pid, no line and no row", async (seed) => {
  const random = new Prng(seed);
  const trial = new Trial();
  await trial.start();
  try {
    await trial.registerWriters();
    const [pids, tables] = [trial.pids(), await trial.tables()];
    expect(pids).toHaveLength(TASKS);
    for (let kill = 0; kill < AGENT_KILLS; kill++) {
      await sleep(1000 + random.below(4000));
      await trial.agent.kill();
      await trial.start();
    }
    for (let kill = 0; kill < SUPERVISOR_KILLS; kill++) {
      await sleep(1000 + random.below(4000));
      const old = trial.supervisorPid();
      process.kill(old, "SIGKILL");
      await until("another supervisor", () => trial.supervisorPid() !== old);
    }
    const before = await trial.countLines();
    await sleep(1000);
    const after = await trial.countLines();
    expect(trial.pids()).toEqual(pids);
    expect(await trial.tables()).toEqual(tables);
    for (const [task, lines] of after.entries()) expect(lines).toBeGreaterThan(before[task]! + 500);
  } finally {
    await trial.end();
  }
});

test("what ended while the agent was away is reported with its exit code", async () => {
  const trial = new Trial();
  await trial.start();
  try {
    const flag = join(trial.folder, "go");
    await trial.agent.call(
      "/v1/jobs",
      scriptJob("ender", `while [ ! -e ${flag} ]; do sleep 0.1; done; exit 7`, { type: "batch" }),
    );
    await until("ender runs", async () => (await trial.allocations("ender"))[0]?.ClientStatus === "running");
    await trial.agent.kill();
    writeFileSync(flag, "");
    await sleep(1000);
    await trial.start();
    const alloc = await until("ender has failed", async () => {
      const [found] = await trial.allocations("ender");
      return found?.ClientStatus === "failed" && found;
    });
    const terminated = alloc.TaskStates?.["main"]?.Events.find((event) => event.Type === "Terminated");
    expect(terminated?.ExitCode).toBe(7);
  } finally {
    await trial.end();
  }
});
