import { err, ok, type Result } from "#core/base";
import { Job, JobDiff } from "#core/model";
import { list, ref, struct } from "#core/schema";
import { decodeJson, parseJson } from "#core/wire";
import type { Context } from "#cli/shell";

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
export interface JobVersion {
  readonly job: Job;
  readonly diff: JobDiff | undefined;
}

export interface JobName {
  readonly id: string;
  readonly namespace: string;
}

export interface Comparison {
  readonly diffs?: boolean | undefined;
  /** The version, or the tag of the one, that all are compared with. */
  readonly diff_version?: number | undefined;
  readonly diff_tag?: string | undefined;
}

/** The versions that the region keeps of a job, newest first. */
export async function readVersions(
  { api }: Context,
  { id, namespace }: JobName,
  comparison: Comparison = {},
): Promise<Result<readonly JobVersion[]>> {
  const answer = await api.call("job.versions", { params: { id }, query: { namespace, ...comparison } });
  if (!answer.ok) return answer;
  const parsed = parseJson(answer.value.body);
  if (!parsed.ok) return parsed;
  const { Versions: versions, Diffs: diffs } = parsed.value as Readonly<Record<string, unknown>>;
  const decoded = decodeJson(Versions, { Versions: versions, Diffs: diffs });
  if (!decoded.ok) return decoded;
  return ok((decoded.value.versions ?? []).map((job, at) => ({ job, diff: decoded.value.diffs?.[at] })));
}

/** The number of the version that a number or a tag means. */
export async function versionNumber(context: Context, name: JobName, wanted: string): Promise<Result<number>> {
  if (/^\d+$/.test(wanted)) return ok(Number(wanted));
  const versions = await readVersions(context, name);
  if (!versions.ok) return versions;
  const found = versions.value.find(({ job }) => job.versionTag?.name === wanted);
  if (found) return ok(found.job.version);
  const tags = versions.value.flatMap(({ job }) => (job.versionTag ? [job.versionTag.name] : []));
  const hint =
    tags.length === 0 ? "no version of it has a tag; `drover job tag apply` gives one" : `its tags: ${tags.join(", ")}`;
  return err("not_found", `tag ${JSON.stringify(wanted)} not found on job ${JSON.stringify(name.id)}`, { hint });
}
