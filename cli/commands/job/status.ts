import { AllocListStub, Evaluation, Job, JobListStub, JobSummary } from "#core/model";
import { allocationTable, columns, failureLines, idShower, keyValues, timestamp } from "#cli/render";
import { type Command, type Context, fail, failUsage, showAnswer, uiHint } from "#cli/shell";
import { findJob, jobPage, statusText } from "./find.ts";

export const command: Command = {
  path: ["job", "status"],
  summary: "Display status information about a job",
  usage: "[options] <job>",
  help: "Shows a job, what of it runs and why something does not. Without an argument lists all jobs.",
  usesApi: true,
  flags: [
    { name: "all-allocs", type: "bool", help: "Includes allocations of earlier jobs of the same id." },
    { name: "evals", type: "bool", help: "Shows the job's evaluations." },
    { name: "json", type: "bool", help: "Prints the answer of the API." },
    { name: "short", type: "bool", help: "Shows only the job itself." },
    { name: "t", type: "text", value: "template", help: "Formats the answer with a Go template." },
    {
      name: "verbose",
      type: "bool",
      help: "Shows ids and times in full, evaluations, and what this version does not act on.",
    },
  ],
  run: (context) => runStatus(context),
};

export async function runStatus(context: Context): Promise<number> {
  const { args } = context;
  if (args.length > 1) return failUsage(context, "This command takes either no arguments or one: <job>");
  return args[0] === undefined ? list(context) : show(context, args[0]);
}

async function list(context: Context): Promise<number> {
  if (context.flags.bool("json") || context.flags.has("t"))
    return printJson(context, await context.api.call("jobs.list"), "Error querying jobs: ");
  const jobs = await context.api.list("jobs.list", JobListStub);
  if (!jobs.ok) return fail(context, "Error querying jobs: ", jobs.failure);
  if (jobs.value.length === 0) context.io.out("No running jobs\n");
  else context.io.out(`${jobTable(jobs.value, context.namespace === "*")}\n`);
  uiHint(context, "View and manage Nomad jobs", "jobs");
  return 0;
}

function jobTable(jobs: readonly JobListStub[], withNamespace: boolean): string {
  const header = ["ID", ...(withNamespace ? ["Namespace"] : []), "Type", "Priority", "Status", "Submit Date"];
  const rows = jobs.map((job) => [
    job.id,
    ...(withNamespace ? [job.namespace] : []),
    typeText(job),
    job.priority,
    statusText(job),
    timestamp(job.submitTimeMs),
  ]);
  return columns([header, ...rows]);
}

function typeText(job: JobListStub): string {
  if (job.periodic) return `${job.type}/periodic`;
  return job.parameterizedJob ? `${job.type}/parameterized` : job.type;
}

async function printJson(
  context: Context,
  answer: Awaited<ReturnType<Context["api"]["call"]>>,
  prefix: string,
): Promise<number> {
  if (!answer.ok) return fail(context, prefix, answer.failure);
  return showAnswer(context, answer.value.body);
}

interface JobAddress {
  readonly params: { readonly id: string };
  readonly query: { readonly namespace: string };
}

/** What `-json` and `-t` show of a job: not the job, but what has become of it. */
async function showParts(context: Context, { params, query }: JobAddress): Promise<number> {
  const all = context.flags.bool("all-allocs") || undefined;
  const parts = {
    Allocations: await context.api.call("job.allocations", { params, query: { ...query, all } }),
    Evaluations: await context.api.call("job.evaluations", { params, query }),
    LatestDeployment: await context.api.call("job.deployment", { params, query }),
    Summary: await context.api.call("job.summary", { params, query }),
  };
  const fields: string[] = [];
  for (const [name, answer] of Object.entries(parts)) {
    if (!answer.ok) return fail(context, "Error querying job: ", answer.failure);
    fields.push(`"${name}":${answer.value.body}`);
  }
  return showAnswer(context, `[{${fields.join(",")}}]`, "", "command.JobJson");
}

async function show(context: Context, wanted: string): Promise<number> {
  const found = await findJob(context, wanted);
  if (!found.ok) return fail(context, "", found.failure);
  const { id, namespace } = found.value;
  const [params, query] = [{ id }, { namespace }];
  if (context.flags.bool("json") || context.flags.has("t")) return showParts(context, { params, query });
  const job = await context.api.read("job.read", Job, { params, query });
  if (!job.ok) return fail(context, "Error querying job: ", job.failure);
  context.io.out(`${basics(job.value, context.flags.bool("verbose"))}\n`);
  if (!context.flags.bool("short")) {
    const details = await showDetails(context, job.value);
    if (details !== 0) return details;
  }
  uiHint(context, "View job details and metrics", jobPage(job.value));
  return 0;
}

function basics(job: Job, verbose: boolean): string {
  const pairs: (readonly [string, string | number | boolean])[] = [
    ["ID", job.id],
    ["Name", job.name],
    ["Submit Date", timestamp(job.submitTimeMs)],
    ["Type", job.type],
    ["Priority", job.priority],
    ["Datacenters", (job.datacenters ?? []).join(",")],
    ["Namespace", job.namespace],
    ["Node Pool", job.nodePool],
    ["Status", statusText(job)],
    ["Periodic", job.periodic !== null],
    ["Parameterized", job.parameterizedJob !== null],
  ];
  const inert = verbose ? inertBlocks(job) : [];
  if (inert.length > 0) pairs.push(["Not acted on", inert.join(", ")]);
  return keyValues(pairs);
}

/** Blocks that are kept and that nothing comes of in this version. */
function inertBlocks(job: Job): string[] {
  const found = new Set<string>();
  if (job.affinities?.length) found.add("affinity");
  if (job.spreads?.length) found.add("spread");
  if (job.periodic) found.add("periodic");
  if (job.parameterizedJob) found.add("parameterized");
  for (const group of job.taskGroups ?? []) {
    if (group.update) found.add("update");
    if (group.reschedulePolicy && (group.reschedulePolicy.attempts > 0 || group.reschedulePolicy.unlimited))
      found.add("reschedule");
    if (group.migrate) found.add("migrate");
    if (group.disconnect) found.add("disconnect");
    if (group.scaling) found.add("scaling");
    if (group.affinities?.length) found.add("affinity");
    if (group.spreads?.length) found.add("spread");
    if (group.services?.length || (group.tasks ?? []).some((task) => task.services?.length)) found.add("service");
  }
  return [...found].sort((left, right) => (left < right ? -1 : 1));
}

async function showDetails(context: Context, job: Job): Promise<number> {
  const { api, flags, io } = context;
  const options = { params: { id: job.id }, query: { namespace: job.namespace } };
  const summary = await api.read("job.summary", JobSummary, options);
  if (!summary.ok) return fail(context, "Error querying job summary: ", summary.failure);
  const evaluations = await api.list("job.evaluations", Evaluation, options);
  if (!evaluations.ok) return fail(context, "Error querying job evaluations: ", evaluations.failure);
  const allocs = await api.list("job.allocations", AllocListStub, {
    ...options,
    query: { ...options.query, all: flags.bool("all-allocs") || undefined },
  });
  if (!allocs.ok) return fail(context, "Error querying job allocations: ", allocs.failure);
  const verbose = flags.bool("verbose");
  io.out(`\nSummary\n${summaryTable(summary.value)}\n`);
  if (verbose || flags.bool("evals")) io.out(`\nEvaluations\n${evaluationTable(evaluations.value, verbose)}\n`);
  const blocked = placementFailure(evaluations.value);
  if (blocked !== undefined) io.out(`\nPlacement Failure\n${blocked}\n`);
  io.out(`\nAllocations\n${allocationsOf(allocs.value, verbose, context.nowMs())}\n`);
  return 0;
}

function summaryTable(summary: JobSummary): string {
  const header = ["Task Group", "Queued", "Starting", "Running", "Failed", "Complete", "Lost", "Unknown"];
  const groups = Object.entries(summary.summary ?? {}).sort(([left], [right]) => (left < right ? -1 : 1));
  return columns([
    header,
    ...groups.map(([name, g]) => [name, g.queued, g.starting, g.running, g.failed, g.complete, g.lost, g.unknown]),
  ]);
}

/** The newest evaluations first. */
function evaluationTable(evaluations: readonly Evaluation[], verbose: boolean): string {
  const show = idShower(verbose);
  const rows = evaluations
    .toSorted((left, right) => right.createIndex - left.createIndex)
    .map((evaluation) => [
      show(evaluation.id),
      evaluation.priority,
      evaluation.triggeredBy,
      evaluation.status,
      failuresText(evaluation),
    ]);
  return columns([["ID", "Priority", "Triggered By", "Status", "Placement Failures"], ...rows]);
}

export function failuresText(evaluation: Evaluation): string {
  if (evaluation.status === "blocked") return "N/A - In Progress";
  return String(Object.keys(evaluation.failedTgAllocs ?? {}).length > 0);
}

/** What the job's open question is, if it has one. */
function placementFailure(evaluations: readonly Evaluation[]): string | undefined {
  const blocked = evaluations.find((evaluation) => evaluation.status === "blocked");
  if (!blocked) return undefined;
  const latest = evaluations
    .filter((evaluation) => Object.keys(evaluation.failedTgAllocs ?? {}).length > 0)
    .reduce((best, evaluation) => (evaluation.createIndex > best.createIndex ? evaluation : best), blocked);
  const groups = Object.entries(latest.failedTgAllocs ?? {}).sort(([left], [right]) => (left < right ? -1 : 1));
  return groups
    .map(([group, metric]) => [`Task Group ${JSON.stringify(group)}:`, ...failureLines(metric)].join("\n"))
    .join("\n");
}

function allocationsOf(allocs: readonly AllocListStub[], verbose: boolean, nowMs: number): string {
  if (allocs.length === 0) return "No allocations placed";
  const newest = allocs.toSorted((left, right) => right.createIndex - left.createIndex);
  if (verbose) {
    const header = [
      "ID",
      "Eval ID",
      "Node ID",
      "Node Name",
      "Task Group",
      "Version",
      "Desired",
      "Status",
      "Created",
      "Modified",
    ];
    const rows = newest.map((a) => [
      a.id,
      a.evalId,
      a.nodeId,
      a.nodeName,
      a.taskGroup,
      a.jobVersion,
      a.desiredStatus,
      a.clientStatus,
      timestamp(a.createTimeMs),
      timestamp(a.modifyTimeMs),
    ]);
    return columns([header, ...rows]);
  }
  return allocationTable(newest, false, nowMs);
}
