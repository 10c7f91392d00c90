/** Log entries to state: the envelope of an entry, the commands there are, and the rule for each. */
export {
  AllocationStop,
  type ClientUpdate,
  type Command,
  type CommandName,
  commandTypes,
  type EvaluationUpdate,
  type JobDeregister,
  type JobRegister,
  type JobVersionTagging,
  type NodeRegister,
  type NodeStatusUpdate,
  type PlanResult,
  type Reap,
} from "./commands.ts";
export { entryText } from "./entry-text.ts";
export { decodeEntry, encodeEntry, type LogEntry } from "./entry.ts";
export { isTerminalEvaluation } from "./job-status.ts";
export type { Outcome } from "./outcome.ts";
export { persist, restore } from "./snapshot.ts";
export { hasSameSpec } from "./spec.ts";
export { type Applied, encodeCommand, StateMachine } from "./state-machine.ts";
