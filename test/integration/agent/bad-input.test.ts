import { execFile, execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { AgentProcess, until } from "#test/support";
import { type AllocRow, eventLines, scriptJob } from "./jobs.ts";

/** Each mistake ends in one clear error, and the agent lives on. */
const drover = join(import.meta.dirname, "../../../bin/drover");
const folder = mkdtempSync(join(tmpdir(), "drover-bad-input-"));
let agent: AgentProcess;

beforeAll(async () => {
  agent = await AgentProcess.start(["-dev"], folder);
});

afterEach(async () => {
  expect(agent.isAlive).toBe(true);
  expect(await agent.call("/v1/status/leader")).toMatch(/:\d+$/);
});

afterAll(async () => {
  await agent.stop();
  rmSync(folder, { recursive: true, force: true });
});

function cli(...args: string[]): Promise<{ code: number; out: string }> {
  return new Promise((resolve) => {
    const env = { PATH: process.env["PATH"] ?? "", DROVER_ADDR: agent.address, DROVER_CLI_SHOW_HINTS: "0" };
    execFile(process.execPath, [drover, ...args], { env, cwd: folder }, (error, stdout, stderr) =>
      resolve({ code: error ? Number(error.code) : 0, out: stdout + stderr }),
    );
  });
}

const put = (path: string, body: string) => fetch(agent.address + path, { method: "PUT", body });

/** The events of a job's one allocation, once it has failed. */
async function failureOf(id: string): Promise<string[]> {
  return until(`${id} fails`, async () => {
    const [alloc] = await agent.call<AllocRow[]>(`/v1/job/${id}/allocations`);
    return alloc?.ClientStatus === "failed" && eventLines(alloc);
  });
}

describe("a job file", () => {
  test("that is broken is told with every mistake's place, and nothing is registered", async () => {
    writeFileSync(
      join(folder, "broken.hcl"),
      'job "x" {\n  group "g" {\n    count = = 2\n    task "t" {\n      driver "raw_exec"\n    }\n  }\n}\n',
    );
    const { code, out } = await cli("job", "run", "broken.hcl");
    expect(code).toBe(1);
    expect(out).toMatch(/broken\.hcl line 3/);
    expect(out).toMatch(/\^/);
    expect(await agent.call("/v1/jobs?prefix=x")).toEqual([]);
  });

  test("that does not exist is named", async () => {
    const { code, out } = await cli("job", "run", "nowhere.hcl");
    expect([code, out]).toEqual([1, expect.stringContaining("nowhere.hcl: no such file or directory")]);
  });
});

describe("a job", () => {
  test("of two megabytes is refused with the limit", async () => {
    const job = scriptJob("huge", "true", { task: { Env: { BIG: "x".repeat(2_000_000) } } });
    const answer = await put("/v1/jobs", JSON.stringify(job));
    expect([answer.status, await answer.text()]).toEqual([
      413,
      "the write is larger than 1 MiB, the most that one log entry holds",
    ]);
  });

  test("with more instances than a job may have is refused", async () => {
    const answer = await put("/v1/jobs", JSON.stringify(scriptJob("many", "true", { count: 60_000 })));
    expect([answer.status, await answer.text()]).toEqual([500, expect.stringMatching(/count.*50000|50000.*count/i)]);
  });

  test("for a driver that no node has says so", async () => {
    writeFileSync(
      join(folder, "driver.hcl"),
      'job "driver" {\n  type = "batch"\n  group "g" {\n    task "t" {\n      driver = "raw_exce"\n    }\n  }\n}\n',
    );
    const { code, out } = await cli("job", "run", "driver.hcl");
    expect([code, out]).toEqual([
      2,
      expect.stringContaining('Constraint "missing drivers": 1 nodes excluded by filter'),
    ]);
  });

  test("that asks for a static port twice is refused", async () => {
    const port = (label: string) => ({ Label: label, Value: 18_099 });
    const answer = await put(
      "/v1/jobs",
      JSON.stringify(scriptJob("ports", "true", { group: { Networks: [{ ReservedPorts: [port("a"), port("b")] }] } })),
    );
    expect([answer.status, await answer.text()]).toEqual([500, expect.stringContaining("18099")]);
  });

  test("whose command does not exist fails with its name", async () => {
    await agent.call(
      "/v1/jobs",
      scriptJob("missing", "", { type: "batch", task: { Config: { command: "/no/such/binary" } } }),
    );
    expect((await failureOf("missing")).join("\n")).toMatch(/Driver Failure: .*\/no\/such\/binary/);
  });

  test("whose command may not be run fails with its name", async () => {
    writeFileSync(join(folder, "plain.txt"), "not a program", { mode: 0o644 });
    await agent.call(
      "/v1/jobs",
      scriptJob("locked", "", { type: "batch", task: { Config: { command: join(folder, "plain.txt") } } }),
    );
    expect((await failureOf("locked")).join("\n")).toMatch(/plain\.txt/);
  });
});

describe("a request", () => {
  test.each([
    ["that is not JSON", "/v1/jobs", 'job "x" {}', 400, "invalid character 'j' looking for beginning of value"],
    ["without a body", "/v1/jobs", "", 400, "Request body is empty"],
    ["without a job", "/v1/jobs", "{}", 400, "Job must be specified"],
    ["with a wrong method", "/v1/nodes", "{}", 405, "Invalid method"],
    ["for an unknown route", "/v1/weather", "{}", 404, ""],
  ])("%s is answered with the reason", async (_, path, body, status, text) => {
    const answer = await put(path, body);
    expect([answer.status, await answer.text()]).toEqual([status, text]);
  });

  test("with a number where a text belongs is told the field", async () => {
    const answer = await put("/v1/jobs", '{"Job": {"ID": "x", "Priority": "high"}}');
    expect([answer.status, await answer.text()]).toEqual([
      400,
      "Job.Priority: expected a whole number, found a string",
    ]);
    expect(answer.headers.get("x-drover-hint")).toContain("Job.Priority");
  });
});

test("a client that hangs up in the middle of a stream leaves nothing behind", async () => {
  await agent.call("/v1/jobs", scriptJob("talker", "while true; do echo tick; sleep 0.05; done"));
  const id = await until(
    "talker runs",
    async () =>
      (await agent.call<AllocRow[]>("/v1/job/talker/allocations")).find((alloc) => alloc.ClientStatus === "running")
        ?.ID,
  );
  const { hostname, port } = new URL(agent.address);
  for (let round = 0; round < 20; round++) {
    await new Promise<void>((resolve) => {
      const socket = connect(Number(port), hostname, () => {
        socket.write(`GET /v1/client/fs/logs/${id}?task=main&type=stdout&follow=true HTTP/1.1\r\nHost: x\r\n\r\n`);
        socket.once("data", () => socket.destroy());
      });
      socket.once("close", () => resolve());
    });
  }
  expect(agent.output).not.toMatch(/ERROR/);
});

const isRoot = process.getuid?.() === 0;

test.skipIf(!isRoot && !process.env["CI"])("a disk that is full fails the task with the reason", async () => {
  const disk = join(folder, "small");
  mkdirSync(disk);
  execFileSync("mount", ["-t", "tmpfs", "-o", "size=16m", "tmpfs", disk]);
  writeFileSync(join(folder, "full.hcl"), `client {\n  alloc_dir = "${disk}"\n}\n`);
  const small = await AgentProcess.start(["-dev", "-config", "full.hcl"], folder);
  try {
    writeFileSync(join(disk, "ballast"), Buffer.alloc(15.9 * 1024 * 1024));
    await small.call(
      "/v1/jobs",
      scriptJob("full", "head -c 4000000 /dev/zero > local/file && echo written", { type: "batch" }),
    );
    const alloc = await until("the task fails", async () => {
      const [found] = await small.call<AllocRow[]>("/v1/job/full/allocations");
      return found?.ClientStatus === "failed" && found;
    });
    expect(eventLines(alloc).join("\n")).toMatch(/no space left|ENOSPC|Exit Code: [1-9]/i);
    expect(await small.call("/v1/status/leader")).toMatch(/:\d+$/);
  } finally {
    await small.stop();
    execFileSync("umount", [disk]);
  }
});
