/** What other commands show of this noun. */
export { runAllocStatus } from "./status.ts";
