import type { Failure, Result, Timers } from "#core/base";
import type { Job, JobPlanResponse, JobSubmission, JobValidateResponse, JobVersionTag } from "#core/model";
import type { Store, Watches } from "#core/store";

/** A job as a caller sent it, completed and checked. */
export interface Admission {
  readonly job: Job;
  readonly warnings: readonly string[];
}

export interface AdmissionContext {
  readonly region: string;
  readonly namespace: string | undefined;
}

export interface Registered {
  readonly evalId: string;
  readonly index: number;
  readonly evalCreateIndex: number;
  readonly jobModifyIndex: number;
  readonly warnings: readonly string[];
}

/** A version's name as it was given, or none. */
export interface Tagged {
  readonly index: number;
  readonly tag: JobVersionTag | null;
}

/** What reading the text of a job gave; without a job it is refused. */
export interface ParseOutcome {
  /** JSON. */
  readonly job: string | undefined;
  readonly message: string;
  readonly advice: string;
  /** A JSON list. */
  readonly diagnostics: string;
}

export interface JobsPort {
  /** Reads the text of a job that comes from anybody: bounded in time and memory. */
  parse(request: {
    readonly jobHcl: string;
    readonly variables: string;
    readonly canonicalize: boolean;
  }): Promise<Result<ParseOutcome>>;
  /** Completes and checks a job in the form of the API; `job` is parsed JSON. */
  admit(job: unknown, context: AdmissionContext): Result<Admission>;
  validate(job: unknown, context: AdmissionContext): Result<JobValidateResponse>;
  plan(admission: Admission, wantsDiff: boolean): Result<JobPlanResponse>;
  revert(reversion: {
    readonly namespace: string;
    readonly jobId: string;
    readonly version: number;
    readonly priorVersion: number | undefined;
  }): Promise<Result<Registered>>;
  setStable(mark: {
    readonly namespace: string;
    readonly jobId: string;
    readonly version: number;
    readonly stable: boolean;
  }): Promise<Result<{ readonly index: number }>>;
  /** Names a version: the newest one without `version`. */
  tag(tagging: {
    readonly namespace: string;
    readonly jobId: string;
    readonly name: string;
    readonly description: string;
    readonly version: number | undefined;
  }): Promise<Result<Tagged>>;
  untag(name: { readonly namespace: string; readonly jobId: string; readonly name: string }): Promise<Result<Tagged>>;
  register(registration: {
    readonly job: Job;
    readonly warnings: readonly string[];
    readonly submission: JobSubmission | null;
    readonly enforceIndex: boolean;
    readonly jobModifyIndex: number;
    readonly preserveCounts: boolean;
    readonly preserveResources: boolean;
    readonly evalPriority: number;
  }): Promise<Result<Registered>>;
  deregister(request: {
    readonly namespace: string;
    readonly jobId: string;
    readonly purge: boolean;
    readonly evalPriority: number;
    readonly noShutdownDelay: boolean;
  }): Promise<Result<Registered>>;
  evaluate(namespace: string, jobId: string): Promise<Result<Registered>>;
}

/** What of a task's log is wanted. */
export interface LogRequest {
  readonly allocId: string;
  readonly task: string;
  readonly type: "stdout" | "stderr";
  readonly follow: boolean;
  readonly offset: number;
  readonly origin: "start" | "end";
  readonly plain: boolean;
}

export interface LogsPort {
  /** Chunks as they go to the caller: frames in JSON, or plain bytes. Ends when `signal` aborts. */
  open(request: LogRequest, signal: AbortSignal): Promise<Result<AsyncIterable<Uint8Array | string>>>;
}

export interface HealthPart {
  readonly ok: boolean;
  readonly message: string;
}

export interface AgentPort {
  /** The body of `/v1/agent/self`, as JSON. */
  self(): string;
  health(): { readonly client?: HealthPart; readonly server?: HealthPart };
  members(): string;
  regions(): readonly string[];
  leaderAddress(): string | undefined;
  peerAddresses(): readonly string[];
}

export interface StatePort {
  readonly store: () => Store;
  readonly watches: Watches;
  /** Whether a leader is known, and milliseconds since it was heard. */
  readonly contact: () => { readonly knownLeader: boolean; readonly lastContactMs: number };
}

export interface HttpPorts {
  readonly state: StatePort;
  readonly jobs: JobsPort;
  readonly logs: LogsPort;
  readonly agent: AgentPort;
  readonly collectGarbage: () => Promise<Result<unknown>>;
  readonly timers: Timers;
  readonly region: string;
  readonly aclEnabled: boolean;
  readonly responseHeaders: Readonly<Record<string, string>>;
  /** A file of the web UI. */
  readonly uiPage: (file: string) => { readonly contentType: string; readonly body: string } | undefined;
  /** An error of the server itself, which the caller only sees as a 500. */
  readonly report: (reason: Failure) => void;
}
