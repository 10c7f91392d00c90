import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { AgentProcess, killStrays, until } from "#test/support";

const DROVER = join(import.meta.dirname, "../../../bin/drover");

/** A job file is planned, run, changed, compared and gone back to, all by the command line against a real agent. */
const folder = mkdtempSync(join(tmpdir(), "drover-job-changes-"));
let agent: AgentProcess;

function drover(command: string, input?: string): { code: number | null; out: string; err: string } {
  const env = { ...process.env, DROVER_ADDR: agent.address, DROVER_CLI_SHOW_HINTS: "0" };
  const done = spawnSync(process.execPath, [DROVER, ...command.split(" ")], {
    cwd: folder,
    env,
    input,
    encoding: "utf8",
  });
  return { code: done.status, out: done.stdout, err: done.stderr };
}

function writeJob(name: string, argument: string, more = ""): void {
  const config = `config {\n        command = "/bin/sleep"\n        args    = ["${argument}"]\n      }`;
  const task = `task "dream" {\n      driver = "raw_exec"\n      ${config}\n      ${more}\n    }`;
  writeFileSync(join(folder, name), `job "sleep" {\n  group "bed" {\n    ${task}\n  }\n}\n`);
}

beforeAll(async () => {
  agent = await AgentProcess.start(["-dev"], folder);
});
afterAll(async () => {
  await agent.stop();
  killStrays(folder);
  rmSync(folder, { recursive: true, force: true });
});

test("a plan says what would come, writes nothing, and exits with 1 while something would", async () => {
  writeJob("sleep.hcl", "900");
  const fresh = drover("job plan sleep.hcl");
  expect(fresh.code).toBe(1);
  expect(fresh.out).toContain('+ Job: "sleep"\n+ Task Group: "bed" (1 create)\n  + Task: "dream" (forces create)\n');
  expect(fresh.out).toContain("job run -check-index 0 sleep.hcl\n");
  expect(await agent.call("/v1/jobs")).toEqual([]);
  expect(drover("job run -detach sleep.hcl").code).toBe(0);
  await until("sleep runs", async () => (await agent.call<{ Status: string }>("/v1/job/sleep")).Status === "running");
  const same = drover("job plan sleep.hcl");
  expect([same.code, same.out.split("\n")[1]]).toEqual([0, 'Task Group: "bed" (1 ignore)']);
});

test("a change shows in the plan and in the history, and can be taken back", async () => {
  writeJob("changed.hcl", "901");
  const changed = drover("job plan changed.hcl");
  expect(changed.code).toBe(1);
  expect(changed.out).toContain('+/- args[0]: "900" => "901"');
  expect(changed.out).toContain('"dream" (forces create/destroy update)');
  expect(drover("job run -detach changed.hcl").code).toBe(0);
  expect(drover("job history -p sleep").out).toContain('+/- args[0]: "900" => "901"');
  expect(drover("job revert sleep 1").err).toContain("can't revert to current version");
  expect(drover("job revert -detach sleep 0").code).toBe(0);
  const job = await agent.call<{ Version: number; TaskGroups: { Tasks: { Config: unknown }[] }[] }>("/v1/job/sleep");
  expect(job.Version).toBe(2);
  expect(job.TaskGroups[0]?.Tasks[0]?.Config).toEqual({ command: "/bin/sleep", args: ["900"] });
});

test("a job that asks for too much is planned with the reason", () => {
  writeJob("huge.hcl", "900", "resources {\n        memory = 64000000\n      }");
  const { code, out } = drover("job plan -diff=false huge.hcl");
  expect(code).toBe(1);
  expect(out).toContain("- WARNING: Failed to place all allocations.\n");
  expect(out).toContain('* Dimension "memory" exhausted on 1 nodes');
});

test("validation names all that is wrong, at the place where it is", () => {
  expect(drover("job validate sleep.hcl")).toEqual({ code: 0, out: "Job validation successful\n", err: "" });
  writeFileSync(join(folder, "wrong.hcl"), 'job "x" {\n  type = "daemon"\n  group "g" {\n    task "t" {}\n  }\n}\n');
  const wrong = drover("job validate wrong.hcl");
  expect(wrong.code).toBe(1);
  expect(wrong.err).toContain('Invalid job type: "daemon"');
  expect(wrong.err).toContain("Missing task driver");
  writeFileSync(join(folder, "broken.hcl"), 'job "x" {\n  colour = "red"\n}\n');
  const broken = drover("job validate broken.hcl");
  expect(broken.code).toBe(1);
  expect(broken.err).toContain("on broken.hcl line 2, column 3:");
  expect(drover("job plan broken.hcl").code).toBe(255);
  expect(drover("job plan nofile.hcl").err).toContain("no such file or directory");
});

test("fmt lays a file out, lists it, and has nothing to do the second time", () => {
  const file = join(folder, "ugly.hcl");
  writeFileSync(file, 'job "x" {\n type="batch"\n}\n');
  expect(drover("fmt -check ugly.hcl")).toEqual({ code: 1, out: "ugly.hcl\n", err: "" });
  expect(drover("fmt ugly.hcl").out).toBe("ugly.hcl\n");
  expect(readFileSync(file, "utf8")).toBe('job "x" {\n  type = "batch"\n}\n');
  expect(drover("fmt ugly.hcl")).toEqual({ code: 0, out: "", err: "" });
  expect(drover("fmt -", "a=1\n").out).toBe("a = 1\n");
  const broken = drover("fmt broken-layout.hcl");
  expect([broken.code, broken.err.includes("no such file")]).toEqual([1, true]);
});
