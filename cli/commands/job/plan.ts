import type { Failure } from "#core/base";
import { type Paint, renderJobDiff } from "#core/diff";
import { Job, JobPlanResponse } from "#core/model";
import { formatDuration } from "#core/values";
import { encodeJson, encodeJsonDraft, encodeValue } from "#core/wire";
import { answerText, failureLines, failureTitle, timestamp } from "#cli/render";
import { type Command, type Context, fail, failUsage } from "#cli/shell";
import { jobFileFlags, type ReadJob, readJob, vaultNamespaceFlag } from "./job-file.ts";

const EXIT_CHANGES = 1;
const EXIT_ERROR = 255;

export const command: Command = {
  path: ["job", "plan"],
  aliases: [["plan"]],
  summary: "Dry-run a job update to determine its effects",
  usage: "[options] <path>",
  help: "Says what registering the job of a file would change. Exits with 0 if no allocation would come or go, 1 if some would, 255 on an error.\nThe path - reads the file from the standard input.",
  usesApi: true,
  flags: [
    { name: "diff", type: "bool", help: "Shows what differs from the running job. Default true." },
    ...jobFileFlags,
    vaultNamespaceFlag,
    { name: "json-output", type: "bool", help: "Prints the answer of the API." },
    { name: "policy-override", type: "bool", help: "Overrides soft-mandatory policies." },
    { name: "t", type: "text", value: "template", help: "Formats the answer with a Go template." },
    { name: "verbose", type: "bool", help: "Shows the fields of what is new or gone." },
  ],
  run,
};

async function run(context: Context): Promise<number> {
  const { args, flags, io } = context;
  const path = args[0];
  if (path === undefined || args.length > 1) {
    failUsage(context, "This command takes one argument: <path>");
    return EXIT_ERROR;
  }
  const read = await readJob(context, path);
  if (!read.ok) return refuse(context, "Error getting job struct: ", read.failure);
  const answer = await context.api.read("job.plan", JobPlanResponse, planRequest(context, read.value));
  if (!answer.ok) return refuse(context, "Error during plan: ", answer.failure);
  if (flags.bool("json-output") || flags.has("t")) {
    const pretty = answerText(encodeJson(JobPlanResponse, answer.value), flags.text("t"));
    if (!pretty.ok) return refuse(context, "Error during plan: ", pretty.failure);
    io.out(`${pretty.value}\n`);
  } else show(context, path, answer.value);
  return exitCode(answer.value);
}

function refuse(context: Context, prefix: string, reason: Failure): number {
  fail(context, prefix, reason);
  return EXIT_ERROR;
}

const wantsDiff = ({ flags }: Context): boolean => !flags.has("diff") || flags.bool("diff");

function planRequest(
  context: Context,
  { job }: ReadJob,
): {
  readonly params: { readonly id: string };
  readonly query: { readonly region: string | undefined; readonly namespace: string | undefined };
  readonly body: string;
} {
  const rest = { Diff: wantsDiff(context), PolicyOverride: context.flags.bool("policy-override") };
  return {
    params: { id: job.id ?? "" },
    query: { region: job.region ?? undefined, namespace: job.namespace ?? undefined },
    body: `{"Job":${encodeJsonDraft(Job, job)},${encodeValue(rest).slice(1)}`,
  };
}

function show(context: Context, path: string, plan: JobPlanResponse): void {
  const { io, flags } = context;
  if (wantsDiff(context) && plan.diff !== null)
    io.out(`${renderJobDiff(plan.diff, { verbose: flags.bool("verbose"), paint: painter(context) }).trimEnd()}\n\n`);
  io.out(`Scheduler dry-run:\n${dryRun(context, plan)}\n`);
  if (plan.warnings !== "") io.out(`Job Warnings:\n${plan.warnings}\n\n`);
  io.out(advice(context, path, plan.jobModifyIndex));
}

const colours: Readonly<Record<Paint, number>> = { added: 32, deleted: 31, edited: 33, annotation: 36 };

function painter({ io, env }: Context): (what: Paint, text: string) => string {
  const isPlain = ["NO_COLOR", "DROVER_CLI_NO_COLOR", "NOMAD_CLI_NO_COLOR"].some((name) => Boolean(env[name]));
  if (!io.isTerminal || isPlain) return (_, text) => text;
  return (what, text) => `\u001b[${colours[what]}m${text}\u001b[0m`;
}

function dryRun({ nowMs }: Context, { failedTgAllocs, nextPeriodicLaunchMs }: JobPlanResponse): string {
  const failures = Object.entries(failedTgAllocs ?? {}).sort(([left], [right]) => (left < right ? -1 : 1));
  const lines = failures.flatMap(([group, metric]) => [
    `  ${failureTitle(group, metric)}`,
    ...failureLines(metric, "    "),
    "",
  ]);
  if (lines.length > 0) return `- WARNING: Failed to place all allocations.\n${lines.join("\n")}`;
  const placed = "- All tasks successfully allocated.\n";
  if (nextPeriodicLaunchMs === null) return placed;
  const fromNow = formatDuration(Math.max(0, Math.round((nextPeriodicLaunchMs - nowMs()) / 1000)) * 1e9);
  return `${placed}- If submitted now, next periodic launch would be at ${timestamp(nextPeriodicLaunchMs)} (${fromNow} from now).\n`;
}

function advice({ program, flags }: Context, path: string, jobModifyIndex: number): string {
  const values = flags.list("var").map((value) => `-var=${JSON.stringify(value)} `);
  const files = flags.list("var-file").map((value) => `-var-file=${JSON.stringify(value)} `);
  return `Job Modify Index: ${jobModifyIndex}
To submit the job with version verification run:

${program} job run -check-index ${jobModifyIndex} ${values.join("")}${files.join("")}${path}

When running the job with the check-index flag, the job will only be run if the
job modify index given matches the server-side version. If the index has
changed, another user has modified the job and the plan's results are
potentially invalid.
`;
}

/** Whether an allocation would come or go. */
function exitCode({ diff, annotations }: JobPlanResponse): number {
  if (diff?.type === "None") return 0;
  const hasChanges = Object.values(annotations?.desiredTgUpdates ?? {}).some(
    ({ stop, place, migrate, destructiveUpdate, canary }) => stop + place + migrate + destructiveUpdate + canary > 0,
  );
  return hasChanges ? EXIT_CHANGES : 0;
}
