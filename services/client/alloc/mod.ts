/** Runs an allocation: feeds the state machines of core/runner, and carries out what they decide. */
export type { AllocEnvironment, AllocObserver, AllocReport } from "./contract.ts";
export { AllocRunner } from "./runner.ts";
export { AllocStore, type StoredAlloc } from "./store.ts";
