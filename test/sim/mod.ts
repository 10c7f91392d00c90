/** The simulator: a world of servers under one seed, its faults, its oracles, and a disk that forgets. */
export { checkHistory, type Verdict } from "./linearizability/checker.ts";
export { type Action, fromJsonLines, type Operation, toJsonLines } from "./linearizability/history.ts";
export { type DiskOperation, SimulatedDisk } from "./disk.ts";
