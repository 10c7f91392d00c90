import { parseUnsigned, queryBool } from "#core/api";
import { err, ok, type Result } from "#core/base";
import { AllocListStub, Deployment, Evaluation, Job, JobListStub, JobSubmission, JobSummary } from "#core/model";
import { rowKey, type Store, watchKey } from "#core/store";
import { encodeJson } from "#core/wire";
import { byCreation, creationToken } from "../pages.ts";
import { answer } from "../read.ts";
import { ALL_NAMESPACES, type ApiRequest } from "../request.ts";
import { allocationStub, jobStub } from "../stubs.ts";
import { type Handler, type Handlers, readList, readOne, withFlags } from "./handler.ts";
import { versions } from "./job-versions.ts";

const idOf = (request: ApiRequest): string => request.params["id"] ?? "";
const jobIndex = (store: Store): number => store.tableIndex("jobs");

function jobsIn(store: Store, { namespace, options }: ApiRequest): Job[] {
  const rows = [...store.jobs.values(namespace === ALL_NAMESPACES ? "" : rowKey(namespace, ""))];
  return rows.filter((job) => job.id.startsWith(options.prefix));
}

const list = withFlags(
  (request) => queryBool(request.query, "meta"),
  (request, ports, withMeta) =>
    readList(
      {
        noun: JobListStub,
        watch: () => [watchKey.table("jobs"), watchKey.table("job_summaries")],
        rows: (store) => ok(jobsIn(store, request)),
        token: (job: Job) => `${job.namespace}.${job.id}`,
        stub: (job: Job, store) => jobStub(job, store.summary(job.namespace, job.id), withMeta),
        index: (store) => store.tableIndex("jobs", "job_summaries"),
      },
      request,
      ports,
    ),
);

const read = readOne(
  Job,
  "job not found",
  (request) => [watchKey.row("jobs", idOf(request), request.namespace)],
  (store, request) => ok(store.job(request.namespace, idOf(request))),
  jobIndex,
);

const summary = readOne(
  JobSummary,
  "job not found",
  (request) => [watchKey.row("job_summaries", idOf(request), request.namespace)],
  (store, request) => ok(store.summary(request.namespace, idOf(request))),
  (store) => store.tableIndex("job_summaries"),
);

const allocations: Handler = (request, ports) =>
  readList(
    {
      noun: AllocListStub,
      watch: () => [watchKey.allocsOfJob(request.namespace, idOf(request))],
      rows: (store) =>
        ok(
          store.allocations
            .byJob(request.namespace, idOf(request))
            .toSorted((a, b) => a.alloc.createIndex - b.alloc.createIndex),
        ),
      token: ({ alloc }) => creationToken(alloc),
      stub: (stored, store) => allocationStub(stored, store, { resources: false, taskStates: true }),
      index: (store) => store.tableIndex("allocs"),
    },
    request,
    ports,
  );

const evaluations: Handler = (request, ports) =>
  readList(
    {
      noun: Evaluation,
      watch: () => [watchKey.evaluationsOfJob(request.namespace, idOf(request))],
      rows: (store) => ok(byCreation(store.evaluationsOf(request.namespace, idOf(request)))),
      token: creationToken,
      stub: (evaluation: Evaluation) => evaluation,
      index: (store) => store.tableIndex("evals"),
    },
    request,
    ports,
  );

function deploymentsOf(store: Store, request: ApiRequest): Deployment[] {
  const all = [...store.deployments.values()].filter(
    ({ namespace, jobId }) => namespace === request.namespace && jobId === idOf(request),
  );
  return byCreation(all);
}

const deployments: Handler = (request, ports) =>
  readList(
    {
      noun: Deployment,
      watch: () => [watchKey.table("deployments")],
      rows: (store) => ok(deploymentsOf(store, request)),
      token: creationToken,
      stub: (deployment: Deployment) => deployment,
      index: (store) => store.tableIndex("deployments"),
    },
    request,
    ports,
  );

const deployment: Handler = (request, ports) =>
  answer(
    {
      watch: [watchKey.table("deployments")],
      find: (store) => {
        const latest = deploymentsOf(store, request).at(-1);
        const index = latest?.modifyIndex ?? store.tableIndex("deployments");
        return ok({ index, json: latest ? encodeJson(Deployment, latest) : "null" });
      },
    },
    request,
    ports,
  );

const submission = withFlags(versionOf, (request, ports, version) =>
  answer(
    {
      watch: [watchKey.row("job_submissions", idOf(request), request.namespace)],
      find: (store) => {
        const found = store.submission(request.namespace, idOf(request), version);
        const index = found?.jobModifyIndex ?? store.tableIndex("job_submissions");
        return ok(
          found
            ? { index, json: encodeJson(JobSubmission, found) }
            : { index, json: undefined, missing: "job source not found" },
        );
      },
    },
    request,
    ports,
  ),
);

function versionOf(request: ApiRequest): Result<number> {
  const version = parseUnsigned(request.query("version") ?? "");
  return version === undefined
    ? err("bad_request", "Unable to parse job submission version parameter", { field: "version" })
    : ok(version);
}

export const jobReads = {
  "jobs.list": list,
  "job.read": read,
  "job.summary": summary,
  "job.allocations": allocations,
  "job.evaluations": evaluations,
  "job.deployments": deployments,
  "job.deployment": deployment,
  "job.versions": versions,
  "job.submission": submission,
} satisfies Partial<Handlers>;
