/** What other commands show of this noun. */
export { runNodeStatus } from "./status.ts";
