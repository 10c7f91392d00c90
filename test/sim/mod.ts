/** The simulator: a world of servers under one seed, its faults, its oracles, and a disk that forgets. */
export { type DiskOperation, SimulatedDisk } from "./disk.ts";
