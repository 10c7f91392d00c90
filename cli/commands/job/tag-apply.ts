import { Job } from "#core/model";
import { encodeValue } from "#core/wire";
import { type Command, type Context, fail, failUsage } from "#cli/shell";
import { findJob } from "./find.ts";

export const command: Command = {
  path: ["job", "tag", "apply"],
  summary: "Save a job version with a name",
  usage: "[options] <job>",
  help: "Names a version of a job. It is then kept until the tag is unset, and can be compared and gone back to by its name.",
  usesApi: true,
  flags: [
    { name: "description", type: "text", value: "text", help: "Says what the version is." },
    { name: "name", type: "text", value: "tag", help: "The name." },
    { name: "version", type: "int", value: "version", help: "The version; the newest by default." },
  ],
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
  const newest = await api.read("job.read", Job, { params: { id }, query: { namespace } });
  if (!newest.ok) return fail(context, "Error tagging job version: ", newest.failure);
  const version = flags.int("version") ?? newest.value.version;
  const answer = await api.call("job.tag", {
    params: { id, name },
    query: { namespace },
    body: encodeValue({ Version: version, Description: flags.text("description") ?? "" }),
  });
  if (!answer.ok) return fail(context, "Error tagging job version: ", answer.failure);
  io.out(`Job version ${version} tagged with name ${JSON.stringify(name)}\n`);
  return 0;
}
