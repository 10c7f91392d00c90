import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type Allocation, type Task, type TaskEvent, UpdateStrategy } from "#core/model";
import { empty } from "#core/schema";
import { type ClientConfig, ClientNode } from "#client/node";
import { identify } from "#client/process";
import {
  allocationOf,
  clientConfig,
  eventually,
  jobOf,
  MemoryLogger,
  noRestarts,
  realClock,
  realRandom,
  realTimers,
  RememberingServers,
  shellTask,
} from "#test/clients";

let config: ClientConfig;
let servers: RememberingServers;
let client: ClientNode;
let logger: MemoryLogger;
let lastId = 0;

beforeEach(async () => {
  config = clientConfig();
  servers = new RememberingServers();
  logger = new MemoryLogger();
  client = await open();
});

afterEach(async () => {
  await client.leave({ stopTasks: true, killTimeoutCapMs: 3000, deadlineMs: 5000, removeFiles: true });
  expect(existsSync(config.stateDirectory)).toBe(false);
  rmSync(dirname(config.stateDirectory), { recursive: true });
});

async function open(): Promise<ClientNode> {
  const opened = await ClientNode.open({
    config,
    clock: realClock,
    timers: realTimers,
    random: realRandom,
    logger,
    link: servers,
  });
  if (!opened.ok) throw new Error(opened.failure.message);
  opened.value.start();
  return opened.value;
}

const newId = (): string => `00000000-0000-4000-8000-${String(++lastId).padStart(12, "0")}`;

function place(type: "service" | "batch", tasks: readonly Task[], group = {}): Allocation {
  const allocation = allocationOf(newId(), jobOf(`job${lastId}`, type, tasks, group));
  servers.place(allocation);
  return allocation;
}

const reached = (allocation: Allocation, status: string) =>
  eventually(`${status}; log: ${logger.lines.join("\n")}`, () => {
    const update = servers.updates.get(allocation.id);
    return update?.clientStatus === status && update;
  });

const transcript = (
  update: { taskStates: Readonly<Record<string, { events: readonly TaskEvent[] | null }>> },
  task = "main",
) => (update.taskStates[task]?.events ?? []).map((event) => `${event.type}: ${event.displayMessage}`);

const file = (allocation: Allocation, path: string) =>
  readFileSync(join(config.allocDirectory, allocation.id, path), "utf8");

test("the node registers, gets its allocations, and is ready", async () => {
  await eventually("ready", () => servers.statuses.includes("ready"));
  const node = servers.nodes[0]!;
  expect(node.attributes).toMatchObject({ "kernel.name": "linux", "driver.raw_exec": "1" });
  expect(node.nodeResources?.cpu.cpuShares).toBe(4000);
  expect(node.nodeResources?.networks?.map((network) => network.ip)).toContain("127.0.0.1");
  expect(node.drivers?.["raw_exec"]).toMatchObject({ detected: true, healthy: true, healthDescription: "Healthy" });
});

test("a batch task runs to its end and leaves its output and files", async () => {
  const allocation = place("batch", [
    shellTask("main", "echo line one; echo oops >&2; printf 0123 > local/digits.txt"),
  ]);
  const update = await reached(allocation, "complete");
  expect(update.clientDescription).toBe("All tasks have completed");
  expect(transcript(update)).toEqual([
    "Received: Task received by client",
    "Task Setup: Building Task Directory",
    "Started: Task started by client",
    "Terminated: Exit Code: 0",
  ]);
  expect(file(allocation, "alloc/logs/main.stdout.0")).toBe("line one\n");
  expect(file(allocation, "alloc/logs/main.stderr.0")).toBe("oops\n");
  expect(file(allocation, "main/local/digits.txt")).toBe("0123");
});

test("a task sees its variables, its ports and the node's values, and none of the agent's secrets", async () => {
  const script =
    'echo "$NOMAD_ALLOC_NAME|$NOMAD_PORT_http|$NOMAD_ADDR_http|$FROM_NODE|$NOMAD_META_team|${VAULT_TOKEN-none}|$1"';
  const task = shellTask("main", script, {
    env: { FROM_NODE: "${node.datacenter} ${meta.rack} ${attr.kernel.name} ${NOMAD_TASK_NAME}" },
    meta: { team: "core" },
    config: { command: "sh", args: ["-c", script, "sh", '${env["NOMAD_TASK_NAME"]}-${HOME_LESS}'] },
  });
  const allocation = place("batch", [task]);
  await reached(allocation, "complete");
  expect(file(allocation, "alloc/logs/main.stdout.0")).toBe(
    `job${lastId}.web[0]|21234|127.0.0.1:21234|dc1 r1 linux main|core|none|main-\${HOME_LESS}\n`,
  );
});

test("a task that fails is not restarted when the policy allows none", async () => {
  const update = await reached(place("batch", [shellTask("main", "exit 3")]), "failed");
  expect(transcript(update).slice(-2)).toEqual([
    "Terminated: Exit Code: 3",
    "Not Restarting: Policy allows no restarts",
  ]);
  expect(update.taskStates["main"]).toMatchObject({ state: "dead", failed: true });
});

test("a task is restarted within its policy and given up beyond it", async () => {
  const restartPolicy = { ...noRestarts, attempts: 1, intervalNs: 60e9, delayNs: 0.2e9 };
  const update = await reached(place("batch", [shellTask("main", "exit 1")], { restartPolicy }), "failed");
  expect(transcript(update).map((line) => line.replace(/\d+\.\d+ms/, "N"))).toEqual([
    "Received: Task received by client",
    "Task Setup: Building Task Directory",
    "Started: Task started by client",
    "Terminated: Exit Code: 1",
    "Restarting: Task restarting in N",
    "Started: Task started by client",
    "Terminated: Exit Code: 1",
    'Not Restarting: Exceeded allowed attempts 1 in interval 1m0s and mode is "fail"',
  ]);
  expect(update.taskStates["main"]?.restarts).toBe(1);
});

test("a program that is missing, or may not be executed, is named", async () => {
  const missing = shellTask("main", "", { config: { command: "/bin/no-such-program" } });
  const update = await reached(place("batch", [missing]), "failed");
  expect(transcript(update).at(2)).toBe(
    'Driver Failure: failed to launch command with executor: rpc error: code = Unknown desc = binary "/bin/no-such-program" could not be found',
  );
  const plain = join(config.allocDirectory, "plain");
  writeFileSync(plain, "#!/bin/sh\n", { mode: 0o644 });
  const refused = await reached(place("batch", [shellTask("main", "", { config: { command: plain } })]), "failed");
  expect(transcript(refused).at(2)).toContain(`binary "${plain}" has no execute permission (mode 0644)`);
});

test("a stop interrupts, waits, and kills what does not listen", async () => {
  const allocation = place("service", [shellTask("main", 'trap "" INT; echo up; sleep 900')]);
  await reached(allocation, "running");
  await eventually("up", () => file(allocation, "alloc/logs/main.stdout.0") === "up\n");
  servers.stop(allocation);
  const update = await reached(allocation, "complete");
  expect(transcript(update).slice(-3)).toEqual([
    "Killing: Sent interrupt. Waiting 1s before force killing",
    "Terminated: Exit Code: 137, Signal: 9",
    "Killed: Task successfully killed",
  ]);
});

test("lifecycle stages run in order, and a leader's end is everybody's", async () => {
  const append = (name: string, rest = "") => `echo ${name} >> ../alloc/data/order; ${rest}`;
  const hook = (name: string, stage: string, sidecar = false) =>
    shellTask(name, append(name, sidecar ? "exec sleep 900" : ""), { lifecycle: { hook: stage, sidecar } });
  const allocation = place("batch", [
    shellTask("main", append("main", "sleep 0.4"), { leader: true }),
    hook("after", "poststop"),
    hook("before", "prestart"),
    hook("beside", "prestart", true),
    hook("then", "poststart"),
  ]);
  const update = await reached(allocation, "complete");
  expect(file(allocation, "alloc/data/order").trim().split("\n").toSorted()).toEqual([
    "after",
    "before",
    "beside",
    "main",
    "then",
  ]);
  expect(file(allocation, "alloc/data/order").trim().split("\n").at(-1)).toBe("after");
  expect(transcript(update, "beside")).toContain("Leader Task Dead: Leader Task in Group dead");
});

test("an allocation of a deployment is healthy once it has run long enough, and unhealthy when it fails", async () => {
  const update = empty(UpdateStrategy, { minHealthyTimeNs: 3e8, healthyDeadlineNs: 60e9, healthCheck: "checks" });
  const placeIn = (script: string): Allocation => {
    const job = jobOf(`job${lastId}`, "service", [shellTask("main", script)], { update });
    const allocation = allocationOf(newId(), job, { deploymentId: newId() });
    servers.place(allocation);
    return allocation;
  };
  const healthOf = (allocation: Allocation) =>
    eventually("health", () => servers.updates.get(allocation.id)?.deploymentStatus ?? undefined);
  expect(await healthOf(placeIn("exec sleep 900"))).toMatchObject({ healthy: true });
  expect(await healthOf(placeIn("exit 1"))).toMatchObject({ healthy: false });
});

test("a block that is not acted on fails the task with its name and place", async () => {
  const task = shellTask("main", "true", { vault: { role: "web" } as Task["vault"] });
  const update = await reached(place("service", [task]), "failed");
  expect(transcript(update).at(-1)).toBe(
    `Failed Validation: this version does not act on vault (job "job${lastId}", group "web", task "main")`,
  );
});

test("an agent that comes back finds its tasks running, with the same pid", async () => {
  const allocation = place("service", [shellTask("main", "echo $$; exec sleep 900")]);
  await reached(allocation, "running");
  const pid = await eventually("pid", () => Number(file(allocation, "alloc/logs/main.stdout.0")));
  await client.leave({ stopTasks: false, killTimeoutCapMs: 0, deadlineMs: 0, removeFiles: false });
  process.kill(pid, 0);
  client = await open();
  process.kill(pid, 0);
  await eventually("still running", () => servers.updates.get(allocation.id)?.clientStatus === "running");
  expect(servers.nodes.at(-1)?.id).toBe(servers.nodes[0]?.id);
  process.kill(pid, "SIGTERM");
  const update = await reached(allocation, "failed");
  expect(transcript(update)).toContain("Terminated: Exit Code: 143");
});

test("a process that no allocation claims any more is ended", async () => {
  const allocation = place("service", [shellTask("main", "echo $$; exec sleep 900")]);
  await reached(allocation, "running");
  const pid = await eventually("pid", () => Number(file(allocation, "alloc/logs/main.stdout.0")));
  await client.leave({ stopTasks: false, killTimeoutCapMs: 0, deadlineMs: 0, removeFiles: false });
  rmSync(join(config.stateDirectory, "allocs"), { recursive: true });
  servers = new RememberingServers();
  client = await open();
  await eventually("the process has ended", () => identify(pid) === undefined);
});

const leaveRunning = () => client.leave({ stopTasks: false, killTimeoutCapMs: 0, deadlineMs: 0, removeFiles: false });

test("with a damaged state file the task is found again all the same", async () => {
  const allocation = place("service", [shellTask("main", "echo $$; exec sleep 900")]);
  await reached(allocation, "running");
  const pid = await eventually("pid", () => Number(file(allocation, "alloc/logs/main.stdout.0")));
  await leaveRunning();
  const progress = join(config.stateDirectory, "allocs", `${allocation.id}.progress.json`);
  writeFileSync(progress, "half a fi");
  servers.updates.clear();
  client = await open();
  await reached(allocation, "running");
  expect([identify(pid)?.pid, file(allocation, "alloc/logs/main.stdout.0")]).toEqual([pid, `${pid}\n`]);
  expect(existsSync(`${progress}.unreadable`)).toBe(true);
});

test("state of a newer version is refused, and nothing is touched", async () => {
  const allocation = place("service", [shellTask("main", "echo $$; exec sleep 900")]);
  await reached(allocation, "running");
  const pid = await eventually("pid", () => Number(file(allocation, "alloc/logs/main.stdout.0")));
  await leaveRunning();
  const progress = join(config.stateDirectory, "allocs", `${allocation.id}.progress.json`);
  const before = readFileSync(progress, "utf8");
  writeFileSync(progress, before.replace('"version":1', '"version":2'));
  await expect(open()).rejects.toThrow(`${progress} has version 2; this program reads 1 to 1`);
  expect(identify(pid)?.pid).toBe(pid);
  writeFileSync(progress, before);
  client = await open();
  await reached(allocation, "running");
});

test("an exit that happened without an agent is reported", async () => {
  const allocation = place("batch", [shellTask("main", "sleep 0.5; exit 7")]);
  await reached(allocation, "running");
  await client.leave({ stopTasks: false, killTimeoutCapMs: 0, deadlineMs: 0, removeFiles: false });
  await new Promise((resolve) => setTimeout(resolve, 800));
  client = await open();
  const update = await reached(allocation, "failed");
  expect(transcript(update)).toContain("Terminated: Exit Code: 7");
});

test("a replacement waits until the allocation that it replaces has ended", async () => {
  const first = place("service", [shellTask("main", 'trap "sleep 0.5; exit 0" INT; while :; do sleep 0.05; done')]);
  await reached(first, "running");
  const second = allocationOf(newId(), jobOf("next", "service", [shellTask("main", "exec sleep 900")]), {
    previousAllocation: first.id,
  });
  servers.place({ ...first, desiredStatus: "stop" }, second);
  await reached(second, "running");
  const order = servers.history.map(
    (update) => `${update.id === first.id ? "first" : "second"} ${update.clientStatus}`,
  );
  expect(order.indexOf("first complete")).toBeLessThan(order.indexOf("second running"));
});

test("a sticky disk is handed on to the replacement", async () => {
  const ephemeralDisk = { sticky: true, migrate: false, sizeMb: 300 };
  const write = shellTask("main", "echo kept > ../alloc/data/shared; echo mine > local/own");
  const first = place("batch", [write], { ephemeralDisk });
  await reached(first, "complete");
  const read = jobOf("next", "batch", [shellTask("main", "cat ../alloc/data/shared local/own")], { ephemeralDisk });
  const second = allocationOf(newId(), read, { previousAllocation: first.id });
  servers.place(second);
  await reached(second, "complete");
  expect(file(second, "alloc/logs/main.stdout.0")).toBe("kept\nmine\n");
});

test("what the servers forget is removed once it has ended", async () => {
  const allocation = place("batch", [shellTask("main", "true")]);
  await reached(allocation, "complete");
  servers.remove(allocation.id);
  await eventually("removed", () => !existsSync(join(config.allocDirectory, allocation.id)));
});
