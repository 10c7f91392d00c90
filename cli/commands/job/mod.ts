/** What other commands show of this noun, and the command that tests of job files play. */
export { command as runJob } from "./run.ts";
export { runStatus } from "./status.ts";
