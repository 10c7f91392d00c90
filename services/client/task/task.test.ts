import { mkdirSync, mkdtempSync, readFileSync, rmdirSync, rmSync, statSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { Job, Node, ParameterizedJobConfig, type Task, Template, WorkloadIdentity } from "#core/model";
import { empty } from "#core/schema";
import {
  allocPlaces,
  DEFAULT_ENV_DENYLIST,
  droppedByShell,
  interpolate,
  interpolateDeep,
  makeAllocDirectory,
  makeTaskDirectory,
  notActedOn,
  taskPlaces,
  taskScope,
  writePayload,
} from "#client/task";
import { allocationOf, jobOf, shellTask } from "#test/clients";

const ID = "01234567-89ab-4def-8000-000000000000";
const node = empty(Node, {
  id: "nnnnnnnn",
  name: "one",
  datacenter: "dc1",
  nodeClass: "big",
  nodePool: "default",
  attributes: { "kernel.name": "linux" },
  meta: { rack: "r1" },
});

function scopeOf(task: Task, changeJob: Partial<Job> = {}, hostEnv: Record<string, string> = {}) {
  const job = {
    ...jobOf("web/dispatch-1", "batch", [task], { meta: { level: "group", shared: "group" } }),
    ...changeJob,
  };
  return taskScope({
    allocation: allocationOf(ID, job),
    job,
    group: job.taskGroups![0]!,
    task,
    node,
    region: "global",
    hostEnv,
    envDenylist: DEFAULT_ENV_DENYLIST,
    directories: { alloc: "/a/alloc", task: "/a/main/local", secrets: "/a/main/secrets" },
  });
}

describe("environment", () => {
  test("a task is told who it is, what it has, and where it may write", () => {
    expect(scopeOf(shellTask("main", "")).env).toMatchObject({
      NOMAD_ALLOC_ID: ID,
      NOMAD_SHORT_ALLOC_ID: "01234567",
      NOMAD_ALLOC_NAME: "web/dispatch-1.web[0]",
      NOMAD_ALLOC_INDEX: "0",
      NOMAD_TASK_NAME: "main",
      NOMAD_GROUP_NAME: "web",
      NOMAD_JOB_ID: "web/dispatch-1",
      NOMAD_NAMESPACE: "default",
      NOMAD_REGION: "global",
      NOMAD_DC: "dc1",
      NOMAD_CPU_LIMIT: "100",
      NOMAD_MEMORY_LIMIT: "64",
      NOMAD_ALLOC_DIR: "/a/alloc",
      NOMAD_TASK_DIR: "/a/main/local",
      NOMAD_SECRETS_DIR: "/a/main/secrets",
    });
  });

  test("a port is there by its label, cleaned of what no variable's name may hold", () => {
    const job = jobOf("web", "service", [shellTask("main", "")]);
    const allocation = allocationOf(ID, job);
    const shared = {
      ...allocation.allocatedResources!.shared,
      ports: [{ label: "my-port", value: 23456, to: 8080, hostIp: "::1", ignoreCollision: false }],
    };
    const { env } = taskScope({
      allocation: { ...allocation, allocatedResources: { ...allocation.allocatedResources!, shared } },
      job,
      group: job.taskGroups![0]!,
      task: shellTask("main", ""),
      node,
      region: "global",
      hostEnv: {},
      envDenylist: [],
      directories: { alloc: "", task: "", secrets: "" },
    });
    expect(env).toMatchObject({
      NOMAD_IP_my_port: "::1",
      NOMAD_PORT_my_port: "8080",
      NOMAD_ADDR_my_port: "[::1]:23456",
      NOMAD_HOST_PORT_my_port: "23456",
      NOMAD_HOST_ADDR_my_port: "[::1]:23456",
      NOMAD_ALLOC_PORT_my_port: "8080",
    });
  });

  test("meta is merged inwards, written twice, and optional dispatch keys are there and empty", () => {
    const parameterizedJob = empty(ParameterizedJobConfig, { metaOptional: ["given", "not.given"] });
    const { env } = scopeOf(shellTask("main", "", { meta: { level: "task" } }), {
      meta: { level: "job", given: "yes" },
      parameterizedJob,
    });
    expect(env).toMatchObject({
      NOMAD_META_level: "task",
      NOMAD_META_LEVEL: "task",
      NOMAD_META_shared: "group",
      NOMAD_META_given: "yes",
      NOMAD_META_not_given: "",
    });
  });

  test("the agent's environment is passed on, but not its secrets; the job's own values win", () => {
    const { env } = scopeOf(
      shellTask("main", "", { env: { LANG: "C", NAME: "${NOMAD_JOB_ID} on ${attr.kernel.name}" } }),
      {},
      {
        LANG: "de",
        PATH: "/bin",
        VAULT_TOKEN: "s.1",
        NOMAD_TOKEN: "t",
      },
    );
    expect(env).toMatchObject({ LANG: "C", PATH: "/bin", NAME: "web/dispatch-1 on linux" });
    expect(Object.keys(env)).not.toEqual(expect.arrayContaining(["VAULT_TOKEN"]));
    expect(env["NOMAD_TOKEN"]).toBeUndefined();
  });

  test("names that a shell drops are known", () => {
    expect(droppedByShell({ GOOD: "", _x1: "", "A.B": "", "x-y": "", "1st": "" })).toEqual(["A.B", "x-y", "1st"]);
  });
});

describe("interpolation", () => {
  const scope = {
    node: { "attr.a": "1", "meta.rack": "r1", "node.class": "big" },
    env: { NOMAD_PORT_http: "80", HOME: "/root" },
  };

  test.each([
    ["${attr.a}-${meta.rack}-${node.class}", "1-r1-big"],
    ["port ${NOMAD_PORT_http}", "port 80"],
    ['${env["HOME"]} ${env[HOME]}', "/root /root"],
    ['${attr.none}|${env["NONE"]}', "|"],
    ["${UNKNOWN} $HOME $${HOME}", "${UNKNOWN} $HOME $/root"],
    ["${secret.a.b} ${", "${secret.a.b} ${"],
  ])("%s becomes %s", (written, result) => {
    expect(interpolate(written, scope)).toBe(result);
  });

  test("what was put in is not interpolated again", () => {
    expect(interpolate("${A}", { node: {}, env: { A: "${B}", B: "no" } })).toBe("${B}");
  });

  test("a configuration is interpolated at any depth, its numbers left alone", () => {
    expect(
      interpolateDeep(
        { args: ["-p", "${NOMAD_PORT_http}"], "${meta.rack}": [{ deep: "${attr.a}" }], n: 3, no: null },
        scope,
      ),
    ).toEqual({
      args: ["-p", "80"],
      r1: [{ deep: "1" }],
      n: 3,
      no: null,
    });
  });
});

describe("blocks that are not acted on", () => {
  const refusals = (more: Partial<Task>, group = {}) => {
    const task = shellTask("main", "", more);
    const job = jobOf("web", "service", [task], group);
    return notActedOn(job, job.taskGroups![0]!, task);
  };

  test("an ordinary task has none, not even for its implicit identity", () => {
    expect(refusals({ identity: empty(WorkloadIdentity, { name: "default", audience: ["nomadproject.io"] }) })).toEqual(
      [],
    );
  });

  test("each is named with its place", () => {
    expect(refusals({ templates: [empty(Template)] }, { volumes: { data: {} } })).toEqual([
      'this version does not act on volume "data" (job "web", group "web")',
      'this version does not act on template (job "web", group "web", task "main")',
    ]);
    expect(refusals({ identities: [empty(WorkloadIdentity, { env: true })] })).toHaveLength(1);
  });
});

test("a dispatch payload is written below local/ and nowhere else", () => {
  const local = mkdtempSync(join(tmpdir(), "drover-payload-"));
  expect(writePayload(local, "in/put.json", new Uint8Array([123, 125])).ok).toBe(true);
  expect(readFileSync(join(local, "in/put.json"), "utf8")).toBe("{}");
  for (const file of ["../x", "/etc/x", "", "a/../../x"])
    expect([file, writePayload(local, file, new Uint8Array()).ok]).toEqual([file, false]);
  rmSync(local, { recursive: true });
});

test("a link that a task left in the place of one of its folders is neither followed nor changed", () => {
  const folder = mkdtempSync(join(tmpdir(), "drover-folders-"));
  const alloc = allocPlaces(folder, "a");
  const task = taskPlaces(alloc, "main");
  expect([makeAllocDirectory(alloc).ok, makeTaskDirectory(task).ok, makeTaskDirectory(task).ok]).toEqual([
    true,
    true,
    true,
  ]);
  const modes = [task.root, task.local, task.secrets].map((path) => (statSync(path).mode & 0o777).toString(8));
  expect(modes).toEqual(["777", "777", "700"]);

  const victim = join(folder, "victim");
  mkdirSync(victim, { mode: 0o700 });
  rmdirSync(task.local);
  symlinkSync(victim, task.local);
  expect(makeTaskDirectory(task)).toMatchObject({
    ok: false,
    failure: { message: expect.stringContaining("is not a directory any more") as string },
  });
  expect(statSync(victim).mode & 0o777).toBe(0o700);
  rmSync(folder, { recursive: true });
});
