/** The structural difference of two versions of a job, annotated with what it forces, and its text form. */
export { jobDiff } from "./job-diff.ts";
export { type Paint, renderJobDiff, type RenderOptions } from "./render.ts";
export { unifiedDiff } from "./line-diff.ts";
