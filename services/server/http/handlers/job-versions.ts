import { parseUnsigned, queryBool } from "#core/api";
import { err, ok, type Result } from "#core/base";
import { jobDiff } from "#core/diff";
import { Job, JobDiff } from "#core/model";
import { type Store, watchKey } from "#core/store";
import { encodeJsonList, encodeValue } from "#core/wire";
import { answer, type Found } from "../read.ts";
import type { HttpPorts } from "../ports.ts";
import type { ApiRequest } from "../request.ts";
import { withFlags } from "./handler.ts";

interface Wish {
  readonly withDiffs: boolean;
  /** The version, or the tag of the version, that all are compared with; each with the one before it by default. */
  readonly base: number | string | undefined;
}

export const versions = withFlags(wishOf, (request, ports, wish) =>
  answer(
    {
      watch: [watchKey.row("job_versions", request.params["id"] ?? "", request.namespace)],
      find: (store) => findVersions(store, request, ports, wish),
    },
    request,
    ports,
  ),
);

function wishOf(request: ApiRequest): Result<Wish> {
  const withDiffs = queryBool(request.query, "diffs");
  if (!withDiffs.ok) return withDiffs;
  const tag = request.query("diff_tag") ?? "";
  if (tag !== "") return ok({ withDiffs: withDiffs.value, base: tag });
  const text = request.query("diff_version") ?? "";
  if (text === "") return ok({ withDiffs: withDiffs.value, base: undefined });
  const base = parseUnsigned(text);
  if (base !== undefined) return ok({ withDiffs: withDiffs.value, base });
  const message = `Failed to parse value of "diff_version" (${text}) as a uint64: strconv.ParseUint: parsing ${JSON.stringify(text)}: invalid syntax`;
  return err("invalid", message, { field: "diff_version" });
}

function findVersions(store: Store, request: ApiRequest, ports: HttpPorts, wish: Wish): Result<Found> {
  const found = store.versionsOf(request.namespace, request.params["id"] ?? "");
  // An older version changes too: when it is named.
  const index = Math.max(0, ...found.map((job) => job.modifyIndex)) || store.tableIndex("job_versions");
  if (found.length === 0) return ok({ index, json: undefined, missing: "job versions not found" });
  const diffs = wish.withDiffs ? diffsOf(found, wish.base) : ok(null);
  if (!diffs.ok) return diffs;
  const diffsJson = diffs.value === null ? "null" : encodeJsonList(JobDiff, diffs.value);
  const { knownLeader, lastContactMs } = ports.state.contact();
  const meta = encodeValue({ Index: index, KnownLeader: knownLeader, LastContact: lastContactMs, NextToken: "" });
  return ok({ index, json: `{"Diffs":${diffsJson},"Versions":${encodeJsonList(Job, found)},${meta.slice(1)}` });
}

/** Newest first. */
function diffsOf(versionsFound: readonly Job[], base: number | string | undefined): Result<readonly JobDiff[] | null> {
  if (base === undefined) {
    const diffs = versionsFound.slice(0, -1).map((job, at) => jobDiff(versionsFound[at + 1] ?? null, job, null));
    return ok(diffs.length === 0 ? null : diffs);
  }
  const compared = versionsFound.find((job) => job.version === base || job.versionTag?.name === base);
  if (!compared && typeof base === "string")
    return err("invalid", `tag ${JSON.stringify(base)} not found`, { field: "diff_tag" });
  if (!compared) return err("invalid", `version ${base} not found`, { field: "diff_version" });
  return ok(versionsFound.map((job) => jobDiff(compared, job, null)));
}
