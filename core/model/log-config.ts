/** How much of a task's output is kept. */
import { bool, int, struct, type DraftFields, type InferFields, type Struct } from "#core/schema";

const logConfigFields = {
  maxFiles: int(1),
  maxFileSizeMb: int(2),
  disabled: bool(3),
  /** Deprecated spelling of not disabled. */
  enabled: bool(101, { draftOnly: true }),
};
export interface LogConfig extends InferFields<typeof logConfigFields> {}
export interface LogConfigDraft extends DraftFields<typeof logConfigFields> {}
export const LogConfig: Struct<LogConfig, LogConfigDraft> = struct("LogConfig", logConfigFields);
