/** Registering and stopping jobs: what is asked for is completed, checked, and written with the evaluation it causes. */
export { JobParser, parseLimits } from "./parser.ts";
export { type Deregistration, Jobs, type JobsPorts, type Registration } from "./jobs.ts";
