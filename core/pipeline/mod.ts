/** Between a write and a placement: the broker, blocked evaluations, the plan check, heartbeats, garbage. */
export { BlockedEvaluations, type Blocking } from "./blocked.ts";
export { Broker, type BrokerTick, type Delivery } from "./broker.ts";
export { type GarbageRules, garbageOf } from "./garbage.ts";
export { type HeartbeatRules, Heartbeats, heartbeatTtlMs } from "./heartbeats.ts";
export { checkPlan, type Overlay, type PlannedWork, type PlanVerdict } from "./plan-check.ts";
