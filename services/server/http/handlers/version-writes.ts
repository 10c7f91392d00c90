import { err, type Result } from "#core/base";
import { JobVersionTag } from "#core/model";
import { bool, empty, int, struct, text as textField } from "#core/schema";
import { encodeJson, encodeValue } from "#core/wire";
import type { Tagged } from "../ports.ts";
import { failed, json, type Reply } from "../reply.ts";
import { type ApiRequest, decodeBody } from "../request.ts";
import type { Handler, Handlers } from "./handler.ts";
import { registerReply } from "./job-writes.ts";

const RevertBody = struct("JobRevertRequest", {
  jobId: textField(1),
  jobVersion: int(2),
  enforcePriorVersion: int(3, { nullable: true }),
  consulToken: textField(4),
  vaultToken: textField(5),
});

const StableBody = struct("JobStabilityRequest", { jobId: textField(1), jobVersion: int(2), stable: bool(3) });

const TagBody = struct("JobTagRequest", { version: int(1), latest: bool(2), description: textField(3) });

const idOf = (request: ApiRequest): string => request.params["id"] ?? "";

/** The body names the job once more; both must agree. */
function refuseOtherId(request: ApiRequest, jobId: string): Reply | undefined {
  if (jobId === "") return failed(err("bad_request", "JobID must be specified", { field: "JobID" }).failure);
  if (jobId === idOf(request)) return undefined;
  return failed(err("bad_request", "Job ID does not match", { field: "JobID" }).failure);
}

const revert: Handler = async (request, ports) => {
  const body = decodeBody(RevertBody, request.body);
  if (!body.ok) return failed(body.failure);
  const { jobId, jobVersion, enforcePriorVersion } = body.value;
  const refusal = refuseOtherId(request, jobId);
  if (refusal) return refusal;
  const reverted = await ports.jobs.revert({
    namespace: request.namespace,
    jobId,
    version: jobVersion,
    priorVersion: enforcePriorVersion ?? undefined,
  });
  if (!reverted.ok) return failed(reverted.failure);
  // The compatible server sends these with this write alone, and with these values.
  return registerReply(reverted.value, { "X-Nomad-KnownLeader": "false", "X-Nomad-LastContact": "0" });
};

const stable: Handler = async (request, ports) => {
  const body = decodeBody(StableBody, request.body);
  if (!body.ok) return failed(body.failure);
  const { jobId, jobVersion: version, stable: isStable } = body.value;
  const refusal = refuseOtherId(request, jobId);
  if (refusal) return refusal;
  const marked = await ports.jobs.setStable({ namespace: request.namespace, jobId, version, stable: isStable });
  if (!marked.ok) return failed(marked.failure);
  const { index } = marked.value;
  return json(encodeValue({ Index: index }), { "X-Nomad-Index": String(index) });
};

const tag: Handler = async (request, ports) => {
  const body = decodeBody(TagBody, request.body);
  if (!body.ok) return failed(body.failure);
  const { version, latest, description } = body.value;
  return tagReply(await ports.jobs.tag({ ...nameOf(request), description, version: latest ? undefined : version }));
};

const untag: Handler = async (request, ports) => tagReply(await ports.jobs.untag(nameOf(request)));

function nameOf(request: ApiRequest): { readonly namespace: string; readonly jobId: string; readonly name: string } {
  return { namespace: request.namespace, jobId: idOf(request), name: request.params["name"] ?? "" };
}

/** The tag's fields, empty ones for one that is gone, beside those of a write. */
function tagReply(tagged: Result<Tagged>): Reply {
  if (!tagged.ok) return failed(tagged.failure);
  const { tag: given, index } = tagged.value;
  const write = encodeValue({ Index: index, KnownLeader: false, LastContact: 0, NextToken: "" });
  return json(`${encodeJson(JobVersionTag, given ?? empty(JobVersionTag)).slice(0, -1)},${write.slice(1)}`);
}

export const versionWrites = {
  "job.revert": revert,
  "job.stable": stable,
  "job.tag": tag,
  "job.untag": untag,
} satisfies Partial<Handlers>;
