/** How much of a task's output is kept. */
import { bool, int, struct, type DraftFields, type InferFields, type Struct } from "#core/schema";

const logConfigFields = {
  maxFiles: int(1),
  maxFileSizeMb: int(2),
  disabled: bool(3),
};
export interface LogConfig extends InferFields<typeof logConfigFields> {}
export interface LogConfigDraft extends DraftFields<typeof logConfigFields> {}
export const LogConfig: Struct<LogConfig, LogConfigDraft> = struct("LogConfig", logConfigFields);
