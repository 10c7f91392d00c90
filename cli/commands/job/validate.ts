import { Job, JobValidateResponse } from "#core/model";
import { encodeJsonDraft } from "#core/wire";
import { type Command, type Context, fail, failUsage } from "#cli/shell";
import { jobFileFlags, readJob } from "./job-file.ts";

export const command: Command = {
  path: ["job", "validate"],
  aliases: [["validate"]],
  summary: "Checks if a given job specification is valid",
  usage: "[options] <path>",
  help: "Reads a job file and lets a server say all that is wrong with it. Nothing is registered.\nThe path - reads the file from the standard input.",
  usesApi: true,
  flags: jobFileFlags,
  run,
};

async function run(context: Context): Promise<number> {
  const { args, io, api } = context;
  if (args.length !== 1) return failUsage(context, "This command takes one argument: <path>");
  const read = await readJob(context, args[0] as string);
  if (!read.ok) return fail(context, "Error getting job struct: ", read.failure);
  const { job } = read.value;
  const answer = await api.read("job.validate", JobValidateResponse, {
    body: `{"Job":${encodeJsonDraft(Job, job)}}`,
    query: { region: job.region ?? undefined, namespace: job.namespace ?? undefined },
  });
  if (!answer.ok) return fail(context, "Error validating job: ", answer.failure);
  const { error, warnings } = answer.value;
  if (error !== "") {
    io.err(`Job validation errors:\n${error}\n`);
    return 1;
  }
  if (warnings !== "") io.out(`Job Warnings:\n${warnings}\n\n`);
  io.out("Job validation successful\n");
  return 0;
}
