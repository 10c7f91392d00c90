import type { Result } from "#core/base";
import type { DataDirectory } from "./data-directory.ts";

/** A running agent. */
export interface Agent {
  readonly httpPort: number;
  readonly directory: DataDirectory;
  /**
   * Leaves within five seconds: in `-dev` the tasks end and nothing stays, otherwise they keep running.
   * When `hurry` aborts, what still runs is killed.
   */
  leave(hurry: AbortSignal): Promise<Result<void>>;
}
