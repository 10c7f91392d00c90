import { queryBool } from "#core/api";
import { err } from "#core/base";
import { JobPlanResponse, JobValidateResponse } from "#core/model";
import { any, bool, struct, text as textField } from "#core/schema";
import { encodeJson } from "#core/wire";
import { failed, json } from "../reply.ts";
import { decodeBody } from "../request.ts";
import { type Handler, type Handlers, withFlags } from "./handler.ts";
import { admitSent, contextOf } from "./sent-job.ts";

const BAD_REQUEST = 400;

const ParseBody = struct("JobsParseRequest", {
  jobHcl: textField(1),
  variables: textField(2),
  canonicalize: bool(3),
});

const ValidateBody = struct("JobValidateRequest", { job: any(1), region: textField(2), namespace: textField(3) });

const PlanBody = struct("JobPlanRequest", {
  job: any(1),
  diff: bool(2),
  policyOverride: bool(3),
  region: textField(4),
  namespace: textField(5),
});

const parse = withFlags(
  (request) => queryBool(request.query, "diagnostics"),
  async (request, ports, wantsDiagnostics) => {
    const body = decodeBody(ParseBody, request.body);
    if (!body.ok) return failed(body.failure);
    const parsed = await ports.jobs.parse(body.value);
    if (!parsed.ok) return failed(parsed.failure);
    const { job, message, advice, diagnostics } = parsed.value;
    if (wantsDiagnostics) {
      const answer = `{"Job":${job ?? "null"},"Diagnostics":${diagnostics}}`;
      return job === undefined ? { kind: "json", json: answer, status: BAD_REQUEST } : json(answer);
    }
    return job === undefined ? failed(err("bad_request", message, { hint: advice }).failure) : json(job);
  },
);

const validate: Handler = (request, ports) => {
  const body = decodeBody(ValidateBody, request.body);
  if (!body.ok) return failed(body.failure);
  const { job } = body.value;
  if (typeof job !== "object" || job === null)
    return failed(err("bad_request", "Job must be specified", { field: "Job" }).failure);
  const context = contextOf(body.value, job, request, ports);
  if (!context.ok) return failed(context.failure);
  const validated = ports.jobs.validate(job, context.value);
  return validated.ok ? json(encodeJson(JobValidateResponse, validated.value)) : failed(validated.failure);
};

const plan: Handler = (request, ports) => {
  const body = decodeBody(PlanBody, request.body);
  if (!body.ok) return failed(body.failure);
  const admitted = admitSent(body.value, request, ports, request.params["id"]);
  if (!admitted.ok) return failed(admitted.failure);
  const planned = ports.jobs.plan(admitted.value, body.value.diff);
  if (!planned.ok) return failed(planned.failure);
  return json(encodeJson(JobPlanResponse, planned.value), { "X-Nomad-Index": String(planned.value.index) });
};

export const jobPlans = {
  "jobs.parse": parse,
  "job.validate": validate,
  "job.plan": plan,
} satisfies Partial<Handlers>;
