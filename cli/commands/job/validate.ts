import { randomUUID } from "node:crypto";
import { product } from "#core/base";
import { validateJob, warningText } from "#core/jobspec";
import { Job, type JobDraft, JobValidateResponse } from "#core/model";
import { encodeJsonDraft } from "#core/wire";
import { type Command, type Context, fail, failUsage } from "#cli/shell";
import { jobFileFlags, readJob, vaultNamespaceFlag } from "./job-file.ts";

export const command: Command = {
  path: ["job", "validate"],
  aliases: [["validate"]],
  summary: "Checks if a given job specification is valid",
  usage: "[options] <path>",
  help: "Reads a job file and lets a server say all that is wrong with it. Nothing is registered.\nThe path - reads the file from the standard input.",
  usesApi: true,
  flags: [...jobFileFlags, vaultNamespaceFlag],
  run,
};

async function run(context: Context): Promise<number> {
  const { args, api } = context;
  if (args.length !== 1) return failUsage(context, "This command takes one argument: <path>");
  const read = await readJob(context, args[0] as string);
  if (!read.ok) return fail(context, "Error getting job struct: ", read.failure);
  const { job } = read.value;
  const answer = await api.read("job.validate", JobValidateResponse, {
    body: `{"Job":${encodeJsonDraft(Job, job)}}`,
    query: { region: job.region ?? undefined, namespace: job.namespace ?? undefined },
  });
  if (!answer.ok && answer.failure.code === "unavailable") return validateHere(context, job);
  if (!answer.ok) return fail(context, "Error validating job: ", answer.failure);
  return show(context, answer.value.error, answer.value.warnings);
}

/** Without a server: by the rules that it would apply, but for what only it knows, such as namespaces and pools. */
function validateHere(context: Context, job: JobDraft): number {
  const name = context.program === product.compatibleName ? "Nomad" : product.displayName;
  context.io.out(`Driver configuration not validated since connection to ${name} agent couldn't be established.\n\n`);
  const namespace = job.namespace || context.namespace || "default";
  const checked = validateJob({ ...job, region: job.region || "global", namespace }, { newId: randomUUID });
  return show(context, checked.fatal ?? checked.errorText, warningText(checked.warnings));
}

function show({ io }: Context, error: string, warnings: string): number {
  if (error !== "") {
    io.err(`Job validation errors:\n${error}\n`);
    return 1;
  }
  if (warnings !== "") io.out(`Job Warnings:\n${warnings}\n\n`);
  io.out("Job validation successful\n");
  return 0;
}
