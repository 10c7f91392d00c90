/** The raw_exec driver: commands of this machine, without isolation, held by the node's supervisor. */
export { RawExecDriver, type RawExecOptions } from "./driver.ts";
