import { ok, type Result } from "#core/base";
import { renderJobDiff } from "#core/diff";
import { Job, JobDiff } from "#core/model";
import { list, ref, struct } from "#core/schema";
import { decodeJson, encodeJsonList, parseJson } from "#core/wire";
import { keyValues, timestamp } from "#cli/render";
import { type Command, type Context, fail, failUsage, showAnswer } from "#cli/shell";
import { findJob } from "./find.ts";

export const command: Command = {
  path: ["job", "history"],
  summary: "Display all tracked versions of a job",
  usage: "[options] <job>",
  help: "Lists the versions of a job that the region keeps, newest first, and what changed between them.",
  usesApi: true,
  flags: [
    { name: "diff-version", type: "int", value: "version", help: "With -p: compares with this version." },
    { name: "full", type: "bool", help: "Shows each version as JSON." },
    { name: "json", type: "bool", help: "Prints the versions as JSON." },
    { name: "p", type: "bool", help: "Shows what changed." },
    { name: "t", type: "text", value: "template", help: "Formats the versions with a Go template." },
    { name: "version", type: "int", value: "version", help: "Only this version." },
  ],
  run,
};

const Versions = struct("JobVersionsResponse", {
  versions: list(
    1,
    ref.of(() => Job),
  ),
  diffs: list(
    2,
    ref.of(() => JobDiff),
  ),
});

/** A version, and what changed to it if that was asked for. */
interface Shown {
  readonly job: Job;
  readonly diff: JobDiff | undefined;
}

async function run(context: Context): Promise<number> {
  const { args, flags, io } = context;
  const wanted = args[0];
  if (wanted === undefined || args.length > 1) return failUsage(context, "This command takes one argument: <job>");
  if (flags.has("diff-version") && !flags.bool("p"))
    return fail(context, "", { code: "invalid", message: "-diff-tag and -diff-version can only be used with -p" });
  const found = await findJob(context, wanted);
  if (!found.ok) return fail(context, "", found.failure);
  const read = await readVersions(context, found.value);
  if (!read.ok) return fail(context, "Error retrieving job versions: ", read.failure);
  const only = flags.int("version");
  const shown = only === undefined ? read.value : read.value.filter(({ job }) => job.version === only);
  if (shown.length === 0) {
    const message = "Error printing job history for non-existing job or job version";
    return fail(context, "", { code: "not_found", message });
  }
  if (flags.bool("json") || flags.has("t")) {
    const jobs = shown.map(({ job }) => job);
    return showAnswer(context, encodeJsonList(Job, jobs), "");
  }
  io.out(`${shown.map((each) => versionText(context, each)).join("\n\n")}\n`);
  return 0;
}

async function readVersions(
  context: Context,
  { id, namespace }: { readonly id: string; readonly namespace: string },
): Promise<Result<readonly Shown[]>> {
  const { flags, api } = context;
  const query = { namespace, diffs: flags.bool("p") || undefined, diff_version: flags.int("diff-version") };
  const answer = await api.call("job.versions", { params: { id }, query });
  if (!answer.ok) return answer;
  const parsed = parseJson(answer.value.body);
  if (!parsed.ok) return parsed;
  const { Versions: versions, Diffs: diffs } = parsed.value as Readonly<Record<string, unknown>>;
  const decoded = decodeJson(Versions, { Versions: versions, Diffs: diffs });
  if (!decoded.ok) return decoded;
  return ok((decoded.value.versions ?? []).map((job, at) => ({ job, diff: decoded.value.diffs?.[at] })));
}

function versionText({ flags }: Context, { job, diff }: Shown): string {
  const pairs: (readonly [string, string | number | boolean])[] = [
    ["Version", job.version],
    ["Stable", job.stable],
    ["Submit Date", timestamp(job.submitTimeMs)],
  ];
  if (diff === undefined) return keyValues(pairs);
  return `${keyValues([...pairs, ["Diff", ""]])}\n${renderJobDiff(diff, { verbose: flags.bool("full") }).trimEnd()}`;
}
