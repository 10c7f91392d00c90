/**
 * Jobs as text: what may be written in a job file, declared once, and how it becomes the draft of a job. Entry points:
 * `parseJobFile` (HCL and HCL-JSON), `canonicalise` (a client's defaults).
 */
export { canonicalise } from "./canonicalise.ts";
export { type ParsedJob, parseJobFile, type ParseOptions } from "./parse-job.ts";
