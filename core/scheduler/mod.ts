/** From an evaluation to a plan: what runs against what should, feasible nodes, the best of them, and why not others. */
export { blockedEvaluation } from "./blocked.ts";
export { computedClassOf } from "./computed-class.ts";
export { meets, resolveTarget } from "./constraint.ts";
export { reasons, type Stop } from "./reconcile.ts";
export { type Decision, schedule, type SchedulerInput } from "./schedule.ts";
