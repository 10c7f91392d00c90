import { type Command, type Context, fail, failUsage } from "#cli/shell";
import { findJob } from "./find.ts";

export const command: Command = {
  path: ["job", "tag", "unset"],
  summary: "Remove a tag from a job version",
  usage: "[options] <job>",
  help: "Takes the name of a version away. The version is then kept only while it is among the newest, or runs.",
  usesApi: true,
  flags: [{ name: "name", type: "text", value: "tag", help: "The name." }],
  run,
};

async function run(context: Context): Promise<number> {
  const { args, flags, io, api } = context;
  const wanted = args[0];
  if (wanted === undefined || args.length > 1) return failUsage(context, "This command takes one argument: <job>");
  const name = flags.text("name");
  if (!name) return failUsage(context, "A version tag name is required");
  const found = await findJob(context, wanted);
  if (!found.ok) return fail(context, "", found.failure);
  const { id, namespace } = found.value;
  const answer = await api.call("job.untag", { params: { id, name }, query: { namespace } });
  if (!answer.ok) return fail(context, "Error tagging job version: ", answer.failure);
  io.out(`Tag ${JSON.stringify(name)} removed from job ${JSON.stringify(id)}\n`);
  return 0;
}
