/** What other commands show of this noun, and the commands that tests of job files play. */
export { command as runJobPlan } from "./plan.ts";
export { command as runJob } from "./run.ts";
export { runStatus } from "./status.ts";
