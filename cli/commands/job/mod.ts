/** What other commands show of this noun. */
export { runStatus } from "./status.ts";
