import { queryBool } from "#core/api";
import { err, ok, type Result } from "#core/base";
import { warningText } from "#core/jobspec";
import { JobDeregisterResponse, JobRegisterResponse, JobSubmission } from "#core/model";
import { bool, int, ref, struct, any, text as textField } from "#core/schema";
import { encodeJson } from "#core/wire";
import type { HttpPorts, Registered } from "../ports.ts";
import { failed, type Headers, json, type Reply } from "../reply.ts";
import { type ApiRequest, decodeBody } from "../request.ts";
import type { Handler, Handlers } from "./handler.ts";
import { admitSent } from "./sent-job.ts";

/** The body of a registration; the job itself is read in the form of its authors by whoever admits it. */
const RegisterBody = struct("JobRegisterRequest", {
  job: any(1),
  submission: ref(2, () => JobSubmission, { nullable: true }),
  enforceIndex: bool(3),
  jobModifyIndex: int(4),
  preserveCounts: bool(5),
  preserveResources: bool(6),
  evalPriority: int(7),
  region: textField(8),
  namespace: textField(9),
});

const register: Handler = (request, ports) => registerAs(request, ports, undefined);
const update: Handler = (request, ports) => registerAs(request, ports, request.params["id"]);

async function registerAs(request: ApiRequest, ports: HttpPorts, id: string | undefined): Promise<Reply> {
  const registered = await runRegister(request, ports, id);
  return registered.ok ? registerReply(registered.value) : failed(registered.failure);
}

async function runRegister(request: ApiRequest, ports: HttpPorts, id: string | undefined): Promise<Result<Registered>> {
  const body = decodeBody(RegisterBody, request.body);
  if (!body.ok) return body;
  const admitted = admitSent(body.value, request, ports, id);
  if (!admitted.ok) return admitted;
  const { enforceIndex, jobModifyIndex, preserveCounts, preserveResources, evalPriority, submission } = body.value;
  return ports.jobs.register({
    ...admitted.value,
    submission,
    enforceIndex,
    jobModifyIndex,
    preserveCounts,
    preserveResources,
    evalPriority,
  });
}

export function registerReply(registered: Registered, headers: Headers = {}): Reply {
  const { evalId, index, evalCreateIndex, jobModifyIndex } = registered;
  const warnings = warningText(registered.warnings);
  const body = {
    evalId,
    evalCreateIndex,
    jobModifyIndex,
    warnings,
    index,
    lastContactNs: 0,
    knownLeader: false,
    nextToken: "",
  };
  return json(encodeJson(JobRegisterResponse, body), { "X-Nomad-Index": String(index), ...headers });
}

const deregister: Handler = async (request, ports) => {
  const flags = deregisterFlags(request);
  if (!flags.ok) return failed(flags.failure);
  const done = await ports.jobs.deregister({
    namespace: request.namespace,
    jobId: request.params["id"] ?? "",
    ...flags.value,
  });
  if (!done.ok) return failed(done.failure);
  const { evalId, evalCreateIndex, jobModifyIndex, index } = done.value;
  const volumes = { volumeEvalId: "", volumeEvalIndex: 0 };
  const body = {
    evalId,
    evalCreateIndex,
    jobModifyIndex,
    ...volumes,
    index,
    lastContactNs: 0,
    knownLeader: false,
    nextToken: "",
  };
  return json(encodeJson(JobDeregisterResponse, body), { "X-Nomad-Index": String(index) });
};

function deregisterFlags(
  request: ApiRequest,
): Result<{ purge: boolean; noShutdownDelay: boolean; evalPriority: number }> {
  const purge = queryBool(request.query, "purge");
  if (!purge.ok) return purge;
  const noShutdownDelay = queryBool(request.query, "no_shutdown_delay");
  if (!noShutdownDelay.ok) return noShutdownDelay;
  const priority = request.query("eval_priority") ?? "";
  const evalPriority = priority === "" ? 0 : Number(priority);
  if (!Number.isInteger(evalPriority)) {
    return err(
      "invalid",
      `Failed to parse value of "eval_priority" (${priority}) as an int: strconv.Atoi: parsing ${JSON.stringify(priority)}: invalid syntax`,
      { field: "eval_priority" },
    );
  }
  return ok({ purge: purge.value, noShutdownDelay: noShutdownDelay.value, evalPriority });
}

const evaluate: Handler = async (request, ports) => {
  const done = await ports.jobs.evaluate(request.namespace, request.params["id"] ?? "");
  return done.ok ? registerReply(done.value) : failed(done.failure);
};

export const jobWrites = {
  "jobs.register": register,
  "job.update": update,
  "job.deregister": deregister,
  "job.evaluate": evaluate,
} satisfies Partial<Handlers>;
