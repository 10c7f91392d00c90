import type { Result } from "#core/base";
import type { Exit } from "#core/runner";

/** Where a task's output goes: `directory/PREFIX.stdout.N` and `.stderr.N`. */
export interface LogTarget {
  readonly directory: string;
  readonly prefix: string;
  readonly maxFiles: number;
  readonly maxFileSizeBytes: number;
  readonly disabled: boolean;
}

/** A task with everything interpolated; paths are absolute. */
export interface LaunchRequest {
  /** Names this run for ever, over restarts of the agent: `[A-Za-z0-9_-]`, at most 64. */
  readonly runId: string;
  readonly taskDirectory: string;
  readonly allocDirectory: string;
  readonly env: Readonly<Record<string, string>>;
  /** A user of this machine; empty for the agent's own. */
  readonly user: string;
  /** The job's `config` block, interpolated. */
  readonly config: Readonly<Record<string, unknown>>;
  readonly logs: LogTarget;
}

/** Why a task could not be started; trying again helps only if it is recoverable. */
export interface DriverFailure {
  readonly message: string;
  readonly recoverable: boolean;
}

export type StartResult =
  | { readonly ok: true; readonly pid: number }
  | { readonly ok: false; readonly failure: DriverFailure };

/** Hears the end of a run, once. */
export interface RunWatcher {
  exited(exit: Exit): void;
  /** Something that the task's owner should see among its events. */
  noticed(message: string): void;
}

export interface DriverFingerprint {
  readonly detected: boolean;
  readonly healthy: boolean;
  /** What the node's status says: why it is not detected, or `Healthy`. */
  readonly description: string;
  readonly attributes: Readonly<Record<string, string>>;
}

/** What a run uses now. */
export interface TaskUsage {
  readonly rssBytes: number;
  readonly userSeconds: number;
  readonly systemSeconds: number;
}

export interface Driver {
  readonly name: string;
  /** Sent when the job names no kill signal. */
  readonly defaultKillSignal: string;
  fingerprint(): Promise<DriverFingerprint>;
  start(request: LaunchRequest, watcher: RunWatcher): Promise<StartResult>;
  /** Takes up a run that was started before this agent: the same process, or `not_found`. */
  recover(runId: string, watcher: RunWatcher): Promise<Result<{ readonly pid: number }>>;
  signal(runId: string, signal: string): Promise<Result<void>>;
  /** The end of the run is noted durably: forget it. */
  release(runId: string): Promise<void>;
  /** Ends and forgets every run that nobody claims: the last agent may have died before it could. */
  forgetOthers(claimed: ReadonlySet<string>): Promise<void>;
  usage(runId: string): Result<TaskUsage>;
}
