import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, expect, test } from "vitest";
import { Prng } from "#core/base";
import { logIndexes } from "#client/log";
import { identify, isSame, type ProcessIdentity } from "#client/process";
import { type RunExit, type RunRequest, SupervisorLink, supervisorPlaces } from "#client/supervisor";
import { eventually, MemoryLogger, realTimers } from "#test/clients";
import { contiguousLines } from "#test/support";

/** Up to 8 MB/s: a supervisor that copies is between a read and a write for a tenth of the time. */
const FAST_LINES = `const { writeSync } = require("node:fs");
const wait = new Int32Array(new SharedArrayBuffer(4));
let line = 0;
for (;;) {
  let text = "";
  for (let count = 0; count < 64; count++) text += String(++line).padStart(63, "0") + "\\n";
  for (let at = 0; at < text.length; ) at += writeSync(1, text.slice(at));
  Atomics.wait(wait, 0, 0, 0.5);
}`;

let directory: string;
let link: SupervisorLink;
const exits = new Map<string, RunExit>();

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "drover-test-"));
  mkdirSync(join(directory, "logs"));
  exits.clear();
  link = newLink();
});

afterEach(async () => {
  for (const status of await listed()) if (!status.exit) await link.signal(status.runId, 9);
  await eventually("all runs have ended", async () => (await listed()).every((status) => status.exit));
  for (const status of await listed()) await link.release(status.runId);
  const supervisor = supervisorIdentity();
  await link.leave();
  link.close();
  await eventually("the supervisor has left", () => supervisor === undefined || !isSame(supervisor));
  rmSync(directory, { recursive: true });
});

function newLink(): SupervisorLink {
  return new SupervisorLink({
    directory: join(directory, "supervisor"),
    timers: realTimers,
    logger: new MemoryLogger(),
  });
}

async function listed() {
  const answer = await link.list();
  return answer.ok ? answer.value : [];
}

function supervisorIdentity(): ProcessIdentity | undefined {
  const { self } = supervisorPlaces(join(directory, "supervisor"));
  if (!existsSync(self)) return undefined;
  const text = readFileSync(self, "utf8");
  return JSON.parse(text.split("\n")[1] as string) as ProcessIdentity;
}

function livingSupervisor(): ProcessIdentity | undefined {
  const identity = supervisorIdentity();
  return identity && isSame(identity) ? identity : undefined;
}

function request(runId: string, script: string): RunRequest {
  const output = (stream: string) => ({
    directory: join(directory, "logs"),
    prefix: `${runId}.${stream}`,
    maxFiles: 3,
    maxFileSizeBytes: 1024 * 1024,
  });
  return {
    runId,
    command: "/bin/sh",
    args: ["-c", script],
    cwd: directory,
    env: { PATH: "/usr/bin:/bin", GREETING: "hello" },
    stdout: output("stdout"),
    stderr: output("stderr"),
  };
}

async function start(runId: string, script: string): Promise<ProcessIdentity> {
  const started = await link.start(request(runId, script), { exited: (exit) => exits.set(runId, exit) });
  if (!started.ok) throw new Error(started.failure.message);
  return identify(started.value.pid) ?? { pid: started.value.pid, start: "" };
}

const exitOf = (runId: string) => eventually(`exit of ${runId}`, () => exits.get(runId));
const log = (name: string) => readFileSync(join(directory, "logs", name), "utf8");

test("a task's output, environment and exit status arrive", async () => {
  await start("hello", 'echo "$GREETING"; echo oops >&2; exit 3');
  expect(await exitOf("hello")).toEqual({ code: 3, signal: 0 });
  expect(log("hello.stdout.0")).toBe("hello\n");
  expect(log("hello.stderr.0")).toBe("oops\n");
});

test("a signal that we sent is reported as one, a status that looks like one is not", async () => {
  await start("asked", "exec sleep 100");
  await link.signal("asked", 15);
  expect(await exitOf("asked")).toEqual({ code: 143, signal: 15 });
  await start("looks", "exit 137");
  expect(await exitOf("looks")).toEqual({ code: 137, signal: 0 });
  expect(log("asked.stderr.0")).toBe("");
});

test("SIGINT is not ignored by a task", async () => {
  await start("interrupt", "exec sleep 100");
  await link.signal("interrupt", 2);
  expect(await exitOf("interrupt")).toEqual({ code: 130, signal: 2 });
});

test("children that a task leaves behind end with it", async () => {
  await start("parent", "sleep 1000 & echo $!; exit 0");
  await exitOf("parent");
  const child = Number(log("parent.stdout.0"));
  await eventually("the child has ended", () => identify(child) === undefined);
});

test("killed −9, the supervisor is replaced at once and tasks keep their pids and their output", async () => {
  const task = await start("counter", "i=0; while :; do i=$((i+1)); echo $i; sleep 0.01; done");
  await eventually("some lines", () => log("counter.stdout.0").length > 50);
  const before = supervisorIdentity() as ProcessIdentity;
  process.kill(before.pid, "SIGKILL");
  const after = await eventually("another supervisor", () => {
    const now = supervisorIdentity();
    return now?.pid !== before.pid && now;
  });
  expect(isSame(after)).toBe(true);
  const seen = log("counter.stdout.0").length;
  await eventually("more lines", () => log("counter.stdout.0").length > seen + 50);
  expect(isSame(task)).toBe(true);
  expect(isContiguous(log("counter.stdout.0"))).toBe(true);
});

test("killed −9 in the middle of its work, sixty times, the supervisor takes no byte with it", async () => {
  const random = new Prng(Number(process.env["DROVER_STORM_SEED"] ?? 7));
  const script = join(directory, "writer.cjs");
  writeFileSync(script, FAST_LINES);
  const stdout = { directory: join(directory, "logs"), prefix: "writer", maxFiles: 1000, maxFileSizeBytes: 1 << 20 };
  const writer = { ...request("writer", ""), command: process.execPath, args: [script], stdout };
  expect(await link.start(writer, { exited: (exit) => exits.set("writer", exit) })).toMatchObject({ ok: true });
  for (let kill = 0; kill < 60; kill++) {
    const supervisor = await eventually("a supervisor that works", livingSupervisor, 30_000);
    await sleep(random.below(60));
    process.kill(supervisor.pid, "SIGKILL");
    await eventually("it is gone", () => !isSame(supervisor));
  }
  const seen = writtenLines();
  await eventually("more lines", () => writtenLines() > seen + 1000, 30_000);
}, 120_000);

test("last words and exit status of a task that ended without a supervisor are not lost", async () => {
  await start("orphan", "sleep 0.3; echo farewell; exit 7");
  link.close();
  process.kill((supervisorIdentity() as ProcessIdentity).pid, "SIGKILL");
  await sleep(800);
  link = newLink();
  const attached = await link.attach("orphan", { exited: (exit) => exits.set("orphan", exit) });
  expect(attached.ok).toBe(true);
  expect(await exitOf("orphan")).toEqual({ code: 7, signal: 0 });
  expect(log("orphan.stdout.0")).toBe("farewell\n");
});

test("when the watching shell is killed, the task runs on; its exit is unknown and says so", async () => {
  const task = await start("lost", "exec sleep 100");
  const shell = Number(readFileSync(`/proc/${task.pid}/stat`, "utf8").split(" ")[3]);
  process.kill(shell, "SIGKILL");
  await sleep(1200);
  expect([isSame(task), exits.get("lost")]).toEqual([true, undefined]);
  await link.signal("lost", 9);
  expect(await exitOf("lost")).toMatchObject({ code: -1, unknownCause: expect.stringContaining("lost") as string });
});

test("a run whose record is gone is told as lost, not waited for for ever", async () => {
  const task = await start("wiped", "exec sleep 100");
  const { runs } = supervisorPlaces(join(directory, "supervisor"));
  rmSync(join(runs, "wiped.json"));
  process.kill((supervisorIdentity() as ProcessIdentity).pid, "SIGKILL");
  expect(await exitOf("wiped")).toMatchObject({ code: -1, unknownCause: "the supervisor's record of the run is gone" });
  process.kill(task.pid, "SIGKILL");
});

test("the same run is started once, however often it is asked for", async () => {
  const first = await start("once", "sleep 100");
  const second = await start("once", "sleep 100");
  expect(second).toEqual(first);
});

test("each of many runs is started exactly once and ends with its status, while supervisors die under them", async () => {
  const random = new Prng(Number(process.env["DROVER_STORM_SEED"] ?? 7));
  const names = Array.from({ length: 60 }, (_, number) => `storm${number}`);
  const starting = { isOver: false };
  const killing = (async () => {
    for (let kills = 0; kills < 13 && !starting.isOver; kills++) {
      await sleep(100 + random.below(250));
      const now = supervisorIdentity();
      if (now && isSame(now)) process.kill(now.pid, "SIGKILL");
    }
  })();
  for (const [number, name] of names.entries()) {
    await start(name, `echo ${name} >> started; exit ${number % 5}`);
    await sleep(random.below(40));
  }
  starting.isOver = true;
  await killing;
  for (const [number, name] of names.entries())
    expect([name, await exitOf(name)]).toEqual([name, { code: number % 5, signal: 0 }]);
  expect(readFileSync(join(directory, "started"), "utf8").trim().split("\n").toSorted()).toEqual(names.toSorted());
}, 60_000);

test("a supervisor whose folder was removed ends with its last task", async () => {
  const far = mkdtempSync(join(tmpdir(), "drover-far-"));
  const other = new SupervisorLink({
    directory: join(far, "supervisor"),
    timers: realTimers,
    logger: new MemoryLogger(),
  });
  const started = await other.start({ ...request("last", "sleep 1"), stdout: null, stderr: null }, { exited() {} });
  expect(started.ok).toBe(true);
  const { self } = supervisorPlaces(join(far, "supervisor"));
  const supervisor = JSON.parse(readFileSync(self, "utf8").split("\n")[1] as string) as ProcessIdentity;
  other.close();
  rmSync(far, { recursive: true });
  expect(isSame(supervisor)).toBe(true);
  await eventually("it has ended", () => !isSame(supervisor));
});

test("a release leaves no file behind", async () => {
  await start("tidy", "true");
  await exitOf("tidy");
  await link.release("tidy");
  expect(readdirSync(supervisorPlaces(join(directory, "supervisor")).runs)).toEqual([]);
});

test("logs are rotated and the oldest file goes", async () => {
  await start("flood", "yes 0123456789abcde | head -c 5242880");
  await exitOf("flood");
  const files = readdirSync(join(directory, "logs"))
    .filter((name) => name.startsWith("flood.stdout"))
    .sort();
  expect(files).toEqual(["flood.stdout.2", "flood.stdout.3", "flood.stdout.4"]);
  expect(files.map((name) => log(name).length)).toEqual([1048576, 1048576, 1048576]);
});

test("a working directory that is missing is said at the start", async () => {
  const started = await link.start({ ...request("nowhere", "true"), cwd: join(directory, "none") }, { exited() {} });
  expect(started).toMatchObject({ ok: false, failure: { message: expect.stringContaining("none") as string } });
  writeFileSync(join(directory, "still-alive"), "");
  await start("next", "true");
  expect(await exitOf("next")).toEqual({ code: 0, signal: 0 });
});

/** Throws at the first line that is not the number after the one before. */
function writtenLines(): number {
  const parts = logIndexes(join(directory, "logs"), "writer").map((index) => log(`writer.${index}`));
  return contiguousLines(parts.join(""), "the writer");
}

function isContiguous(text: string): boolean {
  const lines = text.split("\n").slice(0, -1).map(Number);
  return lines.every((line, index) => line === index + 1);
}
