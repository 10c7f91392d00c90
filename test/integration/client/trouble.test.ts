import { type ChildProcess, execFileSync, fork } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statfsSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, expect, test } from "vitest";
import type { Job } from "#core/model";
import { type ClientConfig, ClientNode, defaultGarbage, reapLeftovers } from "#client/node";
import { identify, isSame } from "#client/process";
import { supervisorPlaces } from "#client/supervisor";
import {
  allocationOf,
  clientConfig,
  eventually,
  jobOf,
  MemoryLogger,
  realClock,
  realRandom,
  realTimers,
  RememberingServers,
  shellTask,
} from "#test/clients";

const isRoot = process.getuid?.() === 0;
const cleanups: (() => Promise<void> | void)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
});

const newId = (number: number): string => `00000000-0000-4000-8000-${String(number).padStart(12, "0")}`;

async function open(servers: RememberingServers, changes: Partial<ClientConfig> = {}): Promise<ClientNode> {
  const config = { ...clientConfig(), ...changes };
  const opened = await ClientNode.open({
    config,
    clock: realClock,
    timers: realTimers,
    random: realRandom,
    logger: new MemoryLogger(),
    link: servers,
  });
  if (!opened.ok) throw new Error(opened.failure.message);
  opened.value.start();
  cleanups.push(async () => {
    await opened.value.leave({ stopTasks: true, killTimeoutCapMs: 1000, deadlineMs: 5000, removeFiles: true });
    rmSync(dirname(config.stateDirectory), { recursive: true, force: true });
  });
  return opened.value;
}

const reached = (servers: RememberingServers, id: string, status: string) =>
  eventually(`${id} ${status}`, () => {
    const update = servers.updates.get(id);
    return update?.clientStatus === status && update;
  });

function smallDisk(options = "size=16m"): string {
  const folder = mkdtempSync(join(tmpdir(), "drover-small-"));
  execFileSync("mount", ["-t", "tmpfs", "-o", options, "tmpfs", folder]);
  cleanups.push(() => {
    execFileSync("umount", [folder]);
    rmSync(folder, { recursive: true });
  });
  return folder;
}

test("of too many finished allocations the oldest are removed", async () => {
  const servers = new RememberingServers();
  const client = await open(servers, {
    garbage: { ...defaultGarbage, maxAllocs: 2, diskUsagePercent: 100, inodeUsagePercent: 100 },
  });
  for (const number of [1, 2, 3, 4]) {
    servers.place(allocationOf(newId(number), jobOf(`job${number}`, "batch", [shellTask("main", "true")])));
    await reached(servers, newId(number), "complete");
  }
  expect(await client.garbage.collect()).toBe(2);
  expect([1, 2, 3, 4].map((number) => client.allocations.get(newId(number)) !== undefined)).toEqual([
    false,
    false,
    true,
    true,
  ]);
  expect(await client.garbage.collectAll()).toBe(2);
  expect(client.allocations.size).toBe(0);
});

test("a running allocation is never collected", async () => {
  const servers = new RememberingServers();
  const client = await open(servers, { garbage: { ...defaultGarbage, maxAllocs: 0 } });
  servers.place(allocationOf(newId(1), jobOf("job", "service", [shellTask("main", "exec sleep 900")])));
  await reached(servers, newId(1), "running");
  expect(await client.garbage.collect()).toBe(0);
  expect((await client.commands.collect(newId(1))).ok).toBe(false);
});

test("statuses reach servers that were away", async () => {
  const servers = new RememberingServers();
  await open(servers);
  await eventually("ready", () => servers.statuses.includes("ready"));
  servers.isAway = true;
  servers.place(allocationOf(newId(1), jobOf("job", "batch", [shellTask("main", "true")])));
  await new Promise((resolve) => setTimeout(resolve, 600));
  expect(servers.updates.size).toBe(0);
  servers.isAway = false;
  await reached(servers, newId(1), "complete");
});

test("two agents on one state directory: the second is refused and says who holds it", async () => {
  const config = clientConfig();
  mkdirSync(config.stateDirectory, { recursive: true });
  const other = fork("-e", ["setTimeout(() => {}, 60000)"], {
    execArgv: ["-e", "setTimeout(() => {}, 60000)"],
    stdio: "ignore",
  });
  cleanups.push(() => void other.kill("SIGKILL"));
  writeFileSync(join(config.stateDirectory, "lock"), JSON.stringify(identify(other.pid as number)));
  const opened = await ClientNode.open({
    config,
    clock: realClock,
    timers: realTimers,
    random: realRandom,
    logger: new MemoryLogger(),
    link: new RememberingServers(),
  });
  expect(opened).toMatchObject({
    ok: false,
    failure: { message: `${config.stateDirectory} is in use by process ${other.pid}` },
  });
  rmSync(dirname(config.stateDirectory), { recursive: true });
});

test("what a dev agent that was killed left running is reaped", async () => {
  const config = clientConfig();
  const directory = dirname(config.stateDirectory);
  const jobs: Record<string, Job> = {
    [newId(1)]: jobOf("job", "service", [shellTask("main", "trap '' INT TERM; while :; do sleep 1; done")]),
  };
  writeFileSync(join(directory, "jobs.json"), JSON.stringify(jobs));
  const host: ChildProcess = fork(join(import.meta.dirname, "../../../dist/test/clients/main.js"), [directory], {
    execArgv: [],
  });
  cleanups.push(() => rmSync(directory, { recursive: true, force: true }));
  const { runs, self } = supervisorPlaces(join(config.stateDirectory, "supervisor"));
  const pidFile = await eventually(
    "a task",
    () => existsSync(runs) && readdirSync(runs).find((name) => name.endsWith(".pid")),
  );
  const pid = await eventually("its pid", () => Number(readFileSync(join(runs, pidFile), "utf8")) || undefined);
  const task = identify(pid)!;
  const options = { ...config, timers: realTimers, logger: new MemoryLogger() };
  expect(await reapLeftovers(options)).toBe(false);
  expect(isSame(task)).toBe(true);

  const gone = new Promise((resolve) => host.once("exit", resolve));
  host.kill("SIGKILL");
  await gone;
  const supervisor = JSON.parse(readFileSync(self, "utf8").split("\n")[1] as string) as { pid: number; start: string };
  expect(await reapLeftovers(options)).toBe(true);
  await eventually("no process is left", () => !isSame(task) && !isSame(supervisor));
  expect([existsSync(config.stateDirectory), existsSync(config.allocDirectory)]).toEqual([false, false]);
});

test.runIf(isRoot)("a task that fills the disk loses output, is told so, and nothing else stops", async () => {
  const disk = smallDisk();
  const servers = new RememberingServers();
  await open(servers, { allocDirectory: join(disk, "alloc") });
  const hog = shellTask(
    "main",
    "head -c 20000000 /dev/zero > local/big; while :; do echo still here; sleep 0.05; done",
  );
  servers.place(allocationOf(newId(1), jobOf("hog", "service", [hog])));
  const update = await eventually("the loss is told", () => {
    const seen = servers.updates.get(newId(1));
    return seen?.taskStates["main"]?.events?.some((event) => event.displayMessage.includes("were lost")) && seen;
  });
  expect(statfsSync(disk).bavail).toBe(0);
  expect(update.clientStatus).toBe("running");

  servers.place(allocationOf(newId(2), jobOf("late", "batch", [shellTask("main", "true")])));
  await reached(servers, newId(2), "complete");
});

test.runIf(isRoot)("a task whose folders cannot be made is tried again as its policy says", async () => {
  const disk = smallDisk("nr_inodes=6");
  const servers = new RememberingServers();
  await open(servers, { allocDirectory: join(disk, "alloc") });
  const restartPolicy = { attempts: 1, intervalNs: 60e9, delayNs: 1e8, mode: "fail", renderTemplates: false };
  servers.place(allocationOf(newId(1), jobOf("job", "batch", [shellTask("main", "true")], { restartPolicy })));
  const update = await reached(servers, newId(1), "failed");
  const types = update.taskStates["main"]?.events?.map((event) => event.type);
  expect(types).toEqual(["Received", "Task Setup", "Setup Failure", "Restarting", "Setup Failure", "Not Restarting"]);
  expect(update.taskStates["main"]?.events?.[2]?.displayMessage).toContain("no space left on device");
});

test.runIf(isRoot)("a task runs as the user that the job names", async () => {
  const servers = new RememberingServers();
  const client = await open(servers);
  const script = "id -un; touch local/mine && echo written";
  servers.place(allocationOf(newId(1), jobOf("job", "batch", [shellTask("main", script, { user: "nobody" })])));
  await reached(servers, newId(1), "complete");
  const files = client.commands.files(newId(1));
  const read = files.ok ? await files.value.read("alloc/logs/main.stdout.0") : files;
  let output = "";
  if (read.ok) for await (const chunk of read.value) output += Buffer.from(chunk).toString();
  expect(output).toBe("nobody\nwritten\n");
  servers.place(allocationOf(newId(2), jobOf("ghost", "batch", [shellTask("main", script, { user: "no-such-user" })])));
  const refused = await reached(servers, newId(2), "failed");
  expect(JSON.stringify(refused.taskStates["main"]?.events)).toContain('unknown user \\"no-such-user\\"');
});
