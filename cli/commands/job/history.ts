import { renderJobDiff } from "#core/diff";
import { Job } from "#core/model";
import { encodeJson, encodeJsonList, indentJson } from "#core/wire";
import { keyValues, timestamp } from "#cli/render";
import { type Command, type Context, fail, failUsage, showAnswer } from "#cli/shell";
import { findJob } from "./find.ts";
import { type Comparison, type JobVersion, readVersions } from "./versions.ts";

export const command: Command = {
  path: ["job", "history"],
  summary: "Display all tracked versions of a job",
  usage: "[options] <job>",
  help: "Lists the versions of a job that the region keeps, newest first, and what changed between them.",
  usesApi: true,
  flags: [
    { name: "diff-tag", type: "text", value: "tag", help: "With -p: compares with the version of this tag." },
    { name: "diff-version", type: "int", value: "version", help: "With -p: compares with this version." },
    { name: "full", type: "bool", help: "Shows the whole job of each version too, as JSON." },
    { name: "json", type: "bool", help: "Prints the versions as JSON." },
    { name: "p", type: "bool", help: "Shows what changed." },
    { name: "t", type: "text", value: "template", help: "Formats the versions with a Go template." },
    { name: "version", type: "int", value: "version", help: "Only this version." },
  ],
  run,
};

async function run(context: Context): Promise<number> {
  const { args, flags, io } = context;
  const wanted = args[0];
  if (wanted === undefined || args.length > 1) return failUsage(context, "This command takes one argument: <job>");
  if ((flags.has("diff-version") || flags.has("diff-tag")) && !flags.bool("p"))
    return fail(context, "", { code: "invalid", message: "-diff-tag and -diff-version can only be used with -p" });
  const found = await findJob(context, wanted);
  if (!found.ok) return fail(context, "", found.failure);
  const read = await readVersions(context, found.value, comparison(context));
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

function comparison({ flags }: Context): Comparison {
  return {
    diffs: flags.bool("p") || undefined,
    diff_version: flags.int("diff-version"),
    diff_tag: flags.text("diff-tag"),
  };
}

function versionText({ flags }: Context, { job, diff }: JobVersion): string {
  const { versionTag: tag } = job;
  const pairs: (readonly [string, string | number | boolean])[] = [
    ["Version", job.version],
    ["Stable", job.stable],
    ["Submit Date", timestamp(job.submitTimeMs)],
    ...(tag ? [["Tag Name", tag.name] as const, ["Tag Description", tag.description] as const] : []),
  ];
  const parts = [keyValues(pairs)];
  if (diff) {
    const width = Math.max(...pairs.map(([name]) => name.length));
    parts.push(`${"Diff".padEnd(width)} =`, renderJobDiff(diff, { verbose: flags.bool("full") }).trimEnd());
  }
  if (flags.bool("full")) parts.push("Job =", indentJson(encodeJson(Job, job)));
  return parts.join("\n");
}
