/** What other commands show of this noun. */
export { runEvalStatus } from "./status.ts";
