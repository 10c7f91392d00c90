import { JobRegisterResponse } from "#core/model";
import { encodeValue } from "#core/wire";
import { type Command, type Context, fail, failUsage } from "#cli/shell";
import { findJob } from "./find.ts";
import { monitorEvaluation } from "./monitor.ts";
import { versionNumber } from "./versions.ts";

export const command: Command = {
  path: ["job", "revert"],
  summary: "Revert to a prior version of the job",
  usage: "[options] <job> <version|tag>",
  help: "Registers an earlier version of a job, given by number or tag, again, as a new version, and follows its evaluation.",
  usesApi: true,
  flags: [
    { name: "detach", type: "bool", help: "Returns at once instead of following the evaluation." },
    { name: "verbose", type: "bool", help: "Shows ids in full." },
  ],
  run,
};

async function run(context: Context): Promise<number> {
  const { args, flags, io, api } = context;
  const [wanted, version] = args;
  if (wanted === undefined || version === undefined || args.length > 2)
    return failUsage(context, "This command takes two arguments: <job> <version|tag>");
  const found = await findJob(context, wanted);
  if (!found.ok) return fail(context, "", found.failure);
  const { id, namespace } = found.value;
  const number = await versionNumber(context, found.value, version);
  if (!number.ok) return fail(context, "Error retrieving job versions: ", number.failure);
  const answer = await api.read("job.revert", JobRegisterResponse, {
    params: { id },
    query: { namespace },
    body: encodeValue({ JobID: id, JobVersion: number.value }),
  });
  if (!answer.ok) return fail(context, "Error retrieving job versions: ", answer.failure);
  const { evalId } = answer.value;
  if (evalId === "") return 0;
  if (!flags.bool("detach")) return monitorEvaluation(context, evalId, flags.bool("verbose"));
  io.out(`Evaluation ID: ${evalId}\n`);
  return 0;
}
