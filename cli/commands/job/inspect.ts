import { JobSubmission } from "#core/model";
import { answerText } from "#cli/render";
import { type Command, type Context, fail, failUsage } from "#cli/shell";
import { findJob } from "./find.ts";

export const command: Command = {
  path: ["job", "inspect"],
  aliases: [["inspect"]],
  summary: "Inspect a submitted job",
  usage: "[options] <job>",
  help: "Prints a job as the region keeps it, or the text that it was registered from.",
  usesApi: true,
  flags: [
    { name: "hcl", type: "bool", help: "Prints the source of the job." },
    { name: "json", type: "bool", help: "Prints JSON; the default." },
    { name: "t", type: "text", value: "template", help: "Formats the job with a Go template." },
    { name: "version", type: "int", value: "version", help: "The version to show; the newest by default." },
  ],
  run,
};

async function run(context: Context): Promise<number> {
  const { args, flags, api, io } = context;
  const wanted = args[0];
  if (wanted === undefined || args.length > 1) return failUsage(context, "This command takes one argument: <job>");
  const found = await findJob(context, wanted);
  if (!found.ok) return fail(context, "", found.failure);
  const { id, namespace } = found.value;
  const [params, query] = [{ id }, { namespace }];
  if (flags.bool("hcl")) {
    const version = flags.int("version") ?? 0;
    const source = await api.read("job.submission", JobSubmission, { params, query: { ...query, version } });
    if (!source.ok) return fail(context, "Error getting job submission: ", source.failure);
    io.out(source.value.source);
    return 0;
  }
  const job = await readVersion(context, { params, query }, flags.int("version"));
  if (!job.ok) return fail(context, "Error inspecting job: ", job.failure);
  if (flags.has("t")) io.out(`${job.value}\n`);
  else io.out(`{\n    "Job": ${job.value.replaceAll("\n", "\n    ")}\n}\n`);
  return 0;
}

type Options = { readonly params: { readonly id: string }; readonly query: { readonly namespace: string } };

async function readVersion(
  context: Context,
  options: Options,
  version: number | undefined,
): Promise<ReturnType<typeof answerText>> {
  if (version === undefined) {
    const answer = await context.api.call("job.read", options);
    return answer.ok ? answerText(answer.value.body, context.flags.text("t")) : answer;
  }
  const answer = await context.api.call("job.versions", options);
  if (!answer.ok) return answer;
  const versions = (JSON.parse(answer.value.body) as { readonly Versions: readonly { readonly Version: number }[] })
    .Versions;
  const found = versions.find((each) => each.Version === version);
  if (!found)
    return {
      ok: false,
      failure: {
        code: "not_found",
        message: `job ${JSON.stringify(options.params.id)} with version "${version}" couldn't be found`,
      },
    };
  return answerText(JSON.stringify(found), context.flags.text("t"));
}
