/**
 * What only an established leader does: gives evaluations to workers, wakes those that wait for room, watches
 * heartbeats, takes away garbage. It begins from the state when leadership comes and forgets all when it goes.
 */
export { defaultGarbageRules, Leader, type LeaderOptions, type LeaderPorts, nodeEvaluations } from "./leader.ts";
