/** Takes evaluations from the broker, schedules them against the state, and writes what the plan check accepts. */
export { Worker, type WorkerPorts } from "./worker.ts";
