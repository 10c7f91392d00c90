import { describe, expect, test } from "vitest";
import { persist, restore } from "#core/fsm";
import { Allocation, JobSubmission } from "#core/model";
import { empty } from "#core/schema";
import { applyAll, type LogBook, logBook, sampleEvaluation, sampleGroup, sampleJob, sampleNode } from "#test/support";
import { concatBytes } from "#core/base";

const registration = {
  submission: null,
  enforceIndex: false,
  jobModifyIndex: 0,
  preserveCounts: false,
  preserveResources: false,
  trackedVersions: 6,
};

function register(book: LogBook, known = {}, extra = {}) {
  return book.apply({
    name: "jobRegister",
    payload: { ...registration, job: sampleJob(known), evaluation: sampleEvaluation(), ...extra },
  });
}

function place(book: LogBook, id: string, clientStatus = "pending") {
  const alloc = empty(Allocation, {
    id,
    namespace: "default",
    jobId: "web",
    taskGroup: "web",
    name: "web.web[0]",
    nodeId: sampleNode(1).id,
    desiredStatus: "run",
    clientStatus,
  });
  return book.apply({
    name: "planResult",
    payload: { evalId: "", namespace: "default", jobId: "web", jobVersion: 0, placed: [alloc], stopped: [] },
  });
}

const ALLOC = "aaaaaaaa-0000-4000-8000-000000000001";

describe("a job", () => {
  test("keeps its version when it is registered unchanged, and gets the next when it changes", () => {
    const book = logBook();
    register(book);
    register(book);
    expect(book.store.job("default", "web")).toMatchObject({ version: 0, createIndex: 1, jobModifyIndex: 1 });
    register(book, { priority: 60 });
    expect(book.store.job("default", "web")).toMatchObject({ version: 1, createIndex: 1, jobModifyIndex: 3 });
    expect(book.store.versionsOf("default", "web").map((job) => job.version)).toEqual([1, 0]);
  });

  test("is refused when the index that a write rests on has passed", () => {
    const book = logBook();
    const outcomeOf = (jobModifyIndex: number) => register(book, {}, { enforceIndex: true, jobModifyIndex }).outcome;
    expect(outcomeOf(7)).toMatchObject({ failure: { message: "Enforcing job modify index 7: job does not exist" } });
    expect(outcomeOf(0)).toMatchObject({ ok: true });
    expect(outcomeOf(0)).toMatchObject({ failure: { message: "Enforcing job modify index 0: job already exists" } });
    expect(outcomeOf(99)).toMatchObject({
      failure: { message: "Enforcing job modify index 99: job exists with conflicting job modify index: 2" },
    });
  });

  test("keeps its newest six versions and those that allocations still run", () => {
    const book = logBook();
    register(book);
    place(book, ALLOC);
    for (let priority = 1; priority <= 9; priority++) register(book, { priority });
    expect(book.store.versionsOf("default", "web").map((job) => job.version)).toEqual([9, 8, 7, 6, 5, 4, 0]);
  });

  test("is pending, then running with an allocation, then dead when all of it is over", () => {
    const book = logBook();
    const statusNow = () => book.store.job("default", "web")?.status;
    register(book);
    expect(statusNow()).toBe("pending");
    place(book, ALLOC);
    expect(statusNow()).toBe("running");
    book.apply({ name: "evaluationUpdate", payload: { evaluations: [sampleEvaluation({ status: "complete" })] } });
    const report = {
      id: ALLOC,
      clientStatus: "complete",
      clientDescription: "",
      taskStates: null,
      deploymentStatus: null,
      networkStatus: null,
    };
    book.apply({ name: "clientUpdate", payload: { nodeId: "", reports: [report], evaluations: [] } });
    expect(statusNow()).toBe("dead");
    expect(book.store.summary("default", "web")?.summary?.["web"]).toMatchObject({
      starting: 0,
      running: 0,
      complete: 1,
    });
  });

  test("keeps counts when the registration asks for it", () => {
    const book = logBook();
    register(book, { taskGroups: [sampleGroup({ count: 5 })] });
    register(book, { priority: 70, taskGroups: [sampleGroup({ count: 1 })] }, { preserveCounts: true });
    expect(book.store.job("default", "web")?.taskGroups?.[0]?.count).toBe(5);
  });

  test("leaves nothing behind when it is purged", () => {
    const book = logBook();
    register(book, {}, { submission: empty(JobSubmission, { source: "job" }) });
    expect(book.store.submission("default", "web", 0)?.source).toBe("job");
    book.apply({
      name: "jobDeregister",
      payload: { namespace: "default", jobId: "web", purge: true, evaluation: null, noShutdownDelay: false },
    });
    expect([
      book.store.job("default", "web"),
      book.store.summary("default", "web"),
      book.store.submission("default", "web", 0),
    ]).toEqual([undefined, undefined, undefined]);
  });
});

test("the change set names every row that an entry touched, and tables remember its index", () => {
  const book = logBook();
  const { changes } = register(book);
  expect(changes.map((change) => `${change.table} ${change.id} ${change.kind}`)).toEqual([
    "jobs web upsert",
    "job_versions web upsert",
    "job_summaries web upsert",
    "evals eeeeeeee-0000-4000-8000-000000000001 upsert",
  ]);
  expect([book.store.tableIndex("jobs"), book.store.tableIndex("nodes")]).toEqual([1, 0]);
});

test("a node's running sums follow its allocations", () => {
  const book = logBook();
  book.apply({ name: "nodeRegister", payload: { node: sampleNode(1), evaluations: [] } });
  register(book);
  const resources = {
    tasks: {
      main: {
        cpu: { cpuShares: 500, reservedCores: null },
        memory: { memoryMb: 64, memoryMaxMb: 0 },
        networks: null,
        devices: null,
      },
    },
    taskLifecycles: null,
    shared: {
      networks: null,
      diskMb: 300,
      ports: [{ label: "http", value: 8080, to: 0, hostIp: "", ignoreCollision: false }],
    },
  };
  const alloc = empty(Allocation, {
    id: ALLOC,
    namespace: "default",
    jobId: "web",
    taskGroup: "web",
    nodeId: sampleNode(1).id,
    desiredStatus: "run",
    clientStatus: "pending",
    allocatedResources: resources,
  });
  const { nodes } = book.store;
  const slot = nodes.slotOf(sampleNode(1).id) as number;
  const sums = () => [
    nodes.columns.usedCpuMhz.get(slot),
    nodes.columns.usedMemoryMib.get(slot),
    nodes.columns.usedDiskMib.get(slot),
    nodes.portsAt(slot).has({ hostIp: "", value: 8080 }),
  ];
  book.apply({
    name: "planResult",
    payload: { evalId: "", namespace: "default", jobId: "web", jobVersion: 0, placed: [alloc], stopped: [] },
  });
  expect(sums()).toEqual([500, 64, 300, true]);
  const stop = { id: ALLOC, desiredStatus: "stop", desiredDescription: "", clientStatus: "", followupEvalId: "" };
  book.apply({
    name: "planResult",
    payload: { evalId: "", namespace: "default", jobId: "web", jobVersion: 0, placed: [], stopped: [stop] },
  });
  expect(sums()).toEqual([0, 0, 0, false]);
});

test("a snapshot restores to the same bytes, and so does a replay of the log", () => {
  const book = logBook();
  book.apply({ name: "nodeRegister", payload: { node: sampleNode(1), evaluations: [] } });
  register(book);
  place(book, ALLOC);
  const file = concatBytes([...persist(book.store)]);
  const restored = restore(file);
  if (!restored.ok) throw new Error(restored.failure.message);
  expect(concatBytes([...persist(restored.value)])).toEqual(file);
  expect(concatBytes([...persist(applyAll(book.entries))])).toEqual(file);
});

test("a damaged snapshot is refused wherever the damage is", () => {
  const book = logBook();
  register(book);
  const file = concatBytes([...persist(book.store)]);
  for (let at = 0; at < file.length; at++) {
    const damaged = file.slice();
    damaged[at] = (damaged[at] as number) ^ 0x40;
    const result = restore(damaged);
    expect(result.ok ? "accepted" : result.failure.code, `byte ${at}`).toBe("corrupt");
  }
});

describe("a version of a job", () => {
  const at = { namespace: "default", jobId: "web" };
  const tag = (book: LogBook, name: string, extra = {}) =>
    book.apply({
      name: "jobVersionTagging",
      payload: { ...at, name, description: "", version: 0, latest: false, remove: false, trackedVersions: 6, ...extra },
    }).outcome;
  const tagsOf = (book: LogBook) =>
    book.store.versionsOf("default", "web").map((job) => `${job.version} ${job.versionTag?.name ?? "-"}`);

  test("is kept while it has a name, which stands for it alone", () => {
    const book = logBook();
    register(book);
    expect(tag(book, "golden", { description: "the first" })).toMatchObject({ ok: true });
    for (let priority = 1; priority <= 7; priority++) register(book, { priority });
    expect(tagsOf(book)).toEqual(["7 -", "6 -", "5 -", "4 -", "3 -", "2 -", "0 golden"]);
    expect(book.store.jobVersion("default", "web", 0)?.versionTag).toMatchObject({ description: "the first" });
    expect(tag(book, "golden", { latest: true })).toMatchObject({
      failure: { message: 'tag "golden" already exists on a different version of job "web"' },
    });
    expect(tag(book, "newest", { latest: true })).toMatchObject({ ok: true });
    expect(book.store.job("default", "web")?.versionTag?.name).toBe("newest");
    expect(tag(book, "golden", { remove: true })).toMatchObject({ ok: true });
    expect(tagsOf(book)).toEqual(["7 newest", "6 -", "5 -", "4 -", "3 -", "2 -"]);
    expect(tag(book, "golden", { remove: true })).toMatchObject({
      failure: { message: 'tag "golden" not found on job "web"' },
    });
  });

  test("does not give its name to the next one, nor to what stopping makes of it", () => {
    const book = logBook();
    register(book);
    tag(book, "golden");
    register(book, { priority: 60, versionTag: { name: "golden", description: "", taggedTimeMs: 1 } });
    tag(book, "second", { version: 1 });
    book.apply({ name: "jobDeregister", payload: { ...at, purge: false, evaluation: null, noShutdownDelay: false } });
    expect(tagsOf(book)).toEqual(["2 -", "1 second", "0 golden"]);
  });

  test("is marked stable without becoming the current one", () => {
    const book = logBook();
    const mark = (version: number) =>
      book.apply({ name: "jobStability", payload: { ...at, version, stable: true } }).outcome;
    register(book);
    register(book, { priority: 60 });
    expect(mark(0)).toMatchObject({ ok: true });
    expect(book.store.job("default", "web")).toMatchObject({ version: 1, stable: false });
    expect(mark(1)).toMatchObject({ ok: true });
    expect(book.store.job("default", "web")).toMatchObject({ version: 1, stable: true });
    expect(mark(9)).toMatchObject({
      failure: { message: 'job "web" in namespace "default" at version 9 not found' },
    });
  });

  test("that stops keeps the source it was registered from", () => {
    const book = logBook();
    register(book, {}, { submission: empty(JobSubmission, { source: "text", format: "hcl2" }) });
    book.apply({ name: "jobDeregister", payload: { ...at, purge: false, evaluation: null, noShutdownDelay: false } });
    expect(book.store.submission("default", "web", 1)).toMatchObject({ source: "text", version: 1 });
  });
});
