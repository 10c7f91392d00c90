import { err, ok, type Result } from "#core/base";
import { canonicalise } from "#core/jobspec";
import { Job, JobRegisterResponse } from "#core/model";
import { encodeJsonDraft, encodeValue, indentJson } from "#core/wire";
import { type Command, type Context, fail, failUsage, uiHint } from "#cli/shell";
import { jobFileFlags, type ReadJob, readJob, vaultNamespaceFlag } from "./job-file.ts";
import { monitorEvaluation } from "./monitor.ts";

export const command: Command = {
  path: ["job", "run"],
  aliases: [["run"]],
  summary: "Run a new job or update an existing job",
  usage: "[options] <path>",
  help: "Registers the job of a file and follows its evaluation until it is decided.\nThe path - reads the file from the standard input.",
  usesApi: true,
  flags: [
    {
      name: "check-index",
      type: "text",
      value: "index",
      help: "Registers only if the job's modify index is this one; 0 if the job is new.",
    },
    { name: "detach", type: "bool", help: "Returns at once instead of following the evaluation." },
    { name: "eval-priority", type: "int", value: "priority", help: "Priority of the evaluation, 1 to 100." },
    ...jobFileFlags,
    { name: "consul-namespace", type: "text", value: "namespace", help: "The Consul namespace of the job." },
    vaultNamespaceFlag,
    { name: "output", type: "bool", help: "Prints the job as JSON and registers nothing." },
    { name: "policy-override", type: "bool", help: "Overrides soft-mandatory policies." },
    { name: "preserve-counts", type: "bool", help: "Keeps the counts of the running job." },
    { name: "preserve-resources", type: "bool", help: "Keeps the resources of the running job." },
    { name: "verbose", type: "bool", help: "Shows ids in full." },
  ],
  run,
};

async function run(context: Context): Promise<number> {
  const { flags, args, io } = context;
  if (args.length !== 1) return failUsage(context, "This command takes one argument: <path>");
  const checkIndex = parseCheckIndex(flags.text("check-index"));
  if (!checkIndex.ok) return fail(context, "", checkIndex.failure);
  const read = await readJob(context, args[0] as string);
  if (!read.ok) return fail(context, "Error getting job struct: ", read.failure);
  if (flags.bool("output")) {
    io.out(`{\n    "Job": ${indentJson(encodeJsonDraft(Job, read.value.job)).replaceAll("\n", "\n    ")}\n}\n`);
    return 0;
  }
  return register(context, read.value, checkIndex.value);
}

function parseCheckIndex(text: string | undefined): Result<number | undefined> {
  if (text === undefined || text === "") return ok(undefined);
  if (/^\d+$/.test(text)) return ok(Number(text));
  const value = JSON.stringify(text);
  return err(
    "invalid",
    `Error parsing check-index value ${value}: strconv.ParseUint: parsing ${value}: invalid syntax`,
  );
}

async function register(context: Context, read: ReadJob, checkIndex: number | undefined): Promise<number> {
  const { flags, io, api } = context;
  const { job } = read;
  const completed = canonicalise(job);
  const answer = await api.read("jobs.register", JobRegisterResponse, {
    body: registerBody(context, read, checkIndex),
    query: { region: job.region ?? undefined, namespace: job.namespace ?? undefined },
  });
  if (!answer.ok) {
    if (!answer.failure.message.includes("Enforcing job modify index"))
      return fail(context, "Error submitting job: ", answer.failure);
    const text = /\((Enforcing[\s\S]*)\)$/.exec(answer.failure.message)?.[1] ?? answer.failure.message;
    io.err(`${text}\nJob not updated\n`);
    return 1;
  }
  if (answer.value.warnings !== "") io.out(`Job Warnings:\n${answer.value.warnings}\n\n`);
  const page = `jobs/${encodeURIComponent(completed.id ?? "")}@${completed.namespace ?? "default"}`;
  if (flags.bool("detach") || answer.value.evalId === "") {
    io.out("Job registration successful\n");
    if (answer.value.evalId !== "") io.out(`Evaluation ID: ${answer.value.evalId}\n`);
    uiHint(context, "View this job", page);
    return 0;
  }
  const code = await monitorEvaluation(context, answer.value.evalId, flags.bool("verbose"));
  uiHint(context, "View this job", page, "\n");
  return code;
}

function registerBody({ flags }: Context, read: ReadJob, checkIndex: number | undefined): string {
  const submission = {
    Source: read.source,
    Format: read.format,
    VariableFlags: Object.fromEntries(
      flags.list("var").map((pair) => pair.split(/=(.*)/s).slice(0, 2) as [string, string]),
    ),
    Variables: read.variables,
  };
  const rest = {
    Submission: submission,
    EnforceIndex: checkIndex !== undefined,
    JobModifyIndex: checkIndex ?? 0,
    PreserveCounts: flags.bool("preserve-counts"),
    PreserveResources: flags.bool("preserve-resources"),
    PolicyOverride: flags.bool("policy-override"),
    EvalPriority: flags.int("eval-priority") ?? 0,
  };
  return `{"Job":${encodeJsonDraft(Job, read.job)},${encodeValue(rest).slice(1)}`;
}
