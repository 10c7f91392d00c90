import { err, ok, type Result } from "#core/base";
import { compatibleLine, type Diagnostic } from "#core/hcl";
import { Job, type JobDraft } from "#core/model";
import { jsonReader, parseJson } from "#core/wire";
import { canonicalise } from "./canonicalise.ts";
import { parseJobFile } from "./parse-job.ts";

/** What the parse API is asked. */
export interface ParseRequest {
  readonly jobHcl: string;
  /** Values of variables as the text of a variable file; those that the job does not declare are ignored. */
  readonly variables?: string;
  readonly canonicalize?: boolean;
}

export interface ParseAnswer {
  /** Absent when the text is refused. */
  readonly job: JobDraft | undefined;
  /** The text of the compatible answer to a text that is refused, else empty. */
  readonly message: string;
  /** All problems in our own words, warnings too. */
  readonly diagnostics: readonly Diagnostic[];
}

/** `POST /v1/jobs/parse`: the draft, canonical if asked, or why not. No files and no randomness are within reach. */
export function parseForApi(request: ParseRequest): ParseAnswer {
  if (request.jobHcl === "") return { job: undefined, message: "Job spec is empty", diagnostics: [] };
  const varFiles = request.variables ? [{ file: "input.hcl", text: request.variables }] : [];
  const { job, diagnostics } = parseJobFile(request.jobHcl, { file: "input.hcl", varFiles, strict: false });
  if (job === undefined) {
    const errors = diagnostics.filter(({ severity }) => severity === "error");
    return { job, message: `Failed to parse job: ${errors.map(compatibleLine).join("\n")}`, diagnostics };
  }
  return { job: request.canonicalize === true ? canonicalise(job) : job, message: "", diagnostics };
}

/** A job in the API's JSON form: `{"Job": {…}}`, or the job alone. */
export function readApiJob(text: string): Result<JobDraft> {
  const parsed = parseJson(text);
  if (!parsed.ok)
    return err("bad_request", `Failed to parse JSON job: ${parsed.failure.message}`, { cause: parsed.failure });
  const { value } = parsed;
  const wrapped = typeof value === "object" && value !== null && "Job" in value ? value.Job : value;
  if (typeof wrapped !== "object" || wrapped === null || Array.isArray(wrapped))
    return err("bad_request", "Failed to parse JSON job: an object is required");
  const job = jsonReader(Job, "draft")(wrapped);
  return job.ok ? ok(job.value) : job;
}
