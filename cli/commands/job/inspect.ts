import { err, ok, type Result } from "#core/base";
import { Job, JobSubmission } from "#core/model";
import { encodeJsonDraft, jsonReader, parseJson } from "#core/wire";
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
    { name: "with-vars", type: "bool", help: "With -hcl: the values that its variables were given too." },
    { name: "version", type: "int", value: "version", help: "The version to show; the newest by default." },
  ],
  run,
};

async function run(context: Context): Promise<number> {
  const { args, flags, io } = context;
  const wanted = args[0];
  if (wanted === undefined || args.length > 1) return failUsage(context, "This command takes one argument: <job>");
  const found = await findJob(context, wanted);
  if (!found.ok) return fail(context, "", found.failure);
  const { id, namespace } = found.value;
  const [params, query] = [{ id }, { namespace }];
  if (flags.bool("hcl")) {
    const source = await readSource(context, { params, query });
    if (!source.ok) return fail(context, "Error getting job submission: ", source.failure);
    io.out(flags.bool("with-vars") ? withVariables(source.value) : source.value.source);
    return 0;
  }
  const job = await readVersion(context, { params, query }, flags.int("version"));
  if (!job.ok) return fail(context, "Error inspecting job: ", job.failure);
  if (flags.has("t")) io.out(`${job.value}\n`);
  else io.out(`{\n    "Job": ${job.value.replaceAll("\n", "\n    ")}\n}\n`);
  return 0;
}

/** The text that a version, by default the newest, was registered from. */
async function readSource(context: Context, options: Options): Promise<Result<JobSubmission>> {
  const { flags, api } = context;
  const newest = flags.has("version") ? undefined : await api.read("job.read", Job, options);
  if (newest && !newest.ok) return newest;
  const version = flags.int("version") ?? newest?.value.version ?? 0;
  return api.read("job.submission", JobSubmission, { ...options, query: { ...options.query, version } });
}

/** The source, and below it in comments the values that its variables had. */
function withVariables({ source, variableFlags, variables }: JobSubmission): string {
  const given = Object.entries(variableFlags ?? {}).map(
    ([name, value]) => `-var ${JSON.stringify(`${name}=${value}`)}`,
  );
  const lines = [...given, ...variables.split("\n")].filter((line) => line.trim() !== "");
  if (lines.length === 0) return source;
  return `${source.trimEnd()}\n\n# Variables:\n${lines.map((line) => `#   ${line}`).join("\n")}\n`;
}

type Options = { readonly params: { readonly id: string }; readonly query: { readonly namespace: string } };

/** A version as its author would write it: the fields that a job file has, and none that only servers keep. */
async function readVersion(context: Context, options: Options, version: number | undefined): Promise<Result<string>> {
  const stored = version === undefined ? await readNewest(context, options) : await readOne(context, options, version);
  if (!stored.ok) return stored;
  const draft = jsonReader(Job, "draft")(stored.value);
  return draft.ok ? answerText(encodeJsonDraft(Job, draft.value), context.flags.text("t")) : draft;
}

async function readNewest({ api }: Context, options: Options): Promise<Result<unknown>> {
  const answer = await api.call("job.read", options);
  return answer.ok ? parseJson(answer.value.body) : answer;
}

async function readOne({ api }: Context, options: Options, version: number): Promise<Result<unknown>> {
  const answer = await api.call("job.versions", options);
  if (!answer.ok) return answer;
  const parsed = parseJson(answer.value.body);
  if (!parsed.ok) return parsed;
  const { Versions: versions } = parsed.value as { readonly Versions: readonly { readonly Version: number }[] };
  const found = versions.find((each) => each.Version === version);
  const message = `job ${JSON.stringify(options.params.id)} with version ${version} couldn't be found`;
  return found ? ok(found) : err("not_found", message);
}
