import type { Result } from "#core/base";
import type { EncodedAnswer, NetworkAddress, Pass, TemplateText } from "#core/template";

/** One rendering, as it goes to the worker. */
export interface RenderJob {
  readonly text: TemplateText;
  /** The known answers by the names of their dependencies. */
  readonly answers: readonly (readonly [string, EncodedAnswer])[];
  readonly settings: RenderSettings;
}

/** What a rendering sees beside its data. */
export interface RenderSettings {
  readonly nowMs: number;
  readonly environment: Readonly<Record<string, string>>;
  readonly addresses: readonly NetworkAddress[];
  readonly failsOnMissingKey: boolean;
  /** Names of functions that may not be called. */
  readonly denied: readonly string[];
  readonly sandbox: Sandbox;
}

/** Where a task's templates may read: in the task's folder and in the one that its allocation shares. */
export interface Sandbox {
  /** What a relative path starts at. */
  readonly base: string;
  readonly roots: readonly string[];
}

export interface RenderReply {
  readonly pass: Result<Pass>;
  /** How many sources this worker has parsed so far. */
  readonly parses: number;
}
