/**
 * Jobs as text: what may be written in a job file, declared once, and how it becomes the draft of a job. Entry points:
 * `parseJobFile` (HCL and HCL-JSON), `parseForApi`, `readApiJob` (the API's JSON),
 * `canonicalise` (a client's defaults), `serverForm` (the stored job),
 * `validateJob` (all errors and warnings).
 */
export { parseForApi, type ParseAnswer, type ParseRequest, readApiJob } from "./api.ts";
export { canonicalise } from "./canonicalise.ts";
export { serverForm } from "./mutate.ts";
export type { StoreOptions } from "./store.ts";
export { type ParsedJob, parseJobFile, type ParseOptions } from "./parse-job.ts";
export { type JobValidation, validateJob, type ValidateOptions } from "./validate.ts";
export { warningText } from "./warnings.ts";
