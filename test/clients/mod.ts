/** What tests of the client hand in and wait with: a real machine, servers that only remember, small jobs. */
export { MemoryLogger, realClock, realRandom, realTimers } from "./machine.ts";
export { ManualTime } from "./manual-time.ts";
export { eventually } from "./eventually.ts";
export { allocationOf, clientConfig, jobOf, noRestarts, RememberingServers, shellTask } from "./client.ts";
