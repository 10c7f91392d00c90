import { assert, err, ok, type Result, unreachable } from "#core/base";
import { type ChangeSet, type Store } from "#core/store";
import { readBinary, writeBinary } from "#core/wire";
import { applyClientUpdate, applyPlanResult } from "./apply-allocations.ts";
import { applyJobDeregister, applyJobRegister, putEvaluation } from "./apply-jobs.ts";
import { applyNodeRegister, applyNodeStatus } from "./apply-nodes.ts";
import { applyReap } from "./apply-reap.ts";
import { applyJobStability, applyVersionTagging } from "./apply-versions.ts";
import { type Command, type CommandName, commandTypes, type EvaluationUpdate } from "./commands.ts";
import { decodeEntry, encodeEntry, FLAG_IGNORABLE, type LogEntry, type ReadEntry } from "./entry.ts";
import { statusOf } from "./job-status.ts";
import type { Applying, Outcome } from "./outcome.ts";
import { withQueued } from "./summary.ts";

/** What applying an entry gave: the rows that changed, and the answer for whoever proposed it. */
export interface Applied {
  readonly changes: ChangeSet;
  readonly outcome: Result<Outcome>;
}

const namesByNumber = new Map<number, CommandName>(
  (Object.keys(commandTypes) as CommandName[]).map((name) => [commandTypes[name].number, name]),
);

export function encodeCommand(command: Command, context: Pick<LogEntry, "timeMs" | "seed" | "requestId">): Uint8Array {
  const { number, payload } = commandTypes[command.name];
  const { timeMs, seed, requestId } = context;
  return encodeEntry({ type: number, version: 1, flags: 0, timeMs, seed, requestId }, (writer) =>
    writeBinary(writer, payload as never, command.payload as never),
  );
}

/** Log entries to state: deterministic, without a clock, without a random number of its own. */
export class StateMachine {
  #store: Store;

  constructor(store: Store) {
    this.#store = store;
  }

  /** The state now; ask again after every wait, because a restore replaces it. */
  get store(): Store {
    return this.#store;
  }

  replace(store: Store): void {
    this.#store = store;
  }

  /** Applies the committed entry at `index`. An entry that cannot be read stops the node: its state would be a guess. */
  apply(index: number, bytes: Uint8Array): Applied {
    const entry = decodeEntry(bytes);
    assert(entry.ok, () => `log entry ${index} does not decode: ${entry.ok ? "" : entry.failure.message}`);
    const name = namesByNumber.get(entry.value.type);
    this.store.begin(index);
    if (name === undefined) {
      assert(
        (entry.value.flags & FLAG_IGNORABLE) !== 0,
        `log entry ${index} has the unknown type ${entry.value.type}: this server is too old for its region`,
      );
      return { changes: [], outcome: ok({}) };
    }
    return this.#applyCommand(index, entry.value, name);
  }

  #applyCommand(index: number, entry: ReadEntry, name: CommandName): Applied {
    const payload = readBinary(commandTypes[name].payload as never, entry.content);
    assert(payload.ok, () => `log entry ${index}: its ${name} does not decode`);
    const applying = new AppliedEntry(this.store, index, entry.timeMs);
    const outcome = dispatch(applying, { name, payload: payload.value } as Command);
    applying.settleJobs();
    return { changes: this.store.finish(), outcome };
  }
}

class AppliedEntry implements Applying {
  readonly store: Store;
  readonly index: number;
  readonly timeMs: number;
  #touched: Map<string, readonly [namespace: string, jobId: string]> | undefined = undefined;

  constructor(store: Store, index: number, timeMs: number) {
    this.store = store;
    this.index = index;
    this.timeMs = timeMs;
  }

  touchJob(namespace: string, jobId: string): void {
    this.#touched ??= new Map();
    this.#touched.set(`${namespace}\u0000${jobId}`, [namespace, jobId]);
  }

  settleJobs(): void {
    if (!this.#touched) return;
    for (const [namespace, jobId] of this.#touched.values()) updateStatus(this, namespace, jobId);
  }
}

function dispatch(applying: Applying, command: Command): Result<Outcome> {
  switch (command.name) {
    case "jobRegister":
      return applyJobRegister(applying, command.payload);
    case "jobDeregister":
      return applyJobDeregister(applying, command.payload);
    case "evaluationUpdate":
      return applyEvaluationUpdate(applying, command.payload);
    case "planResult":
      return applyPlanResult(applying, command.payload);
    case "nodeRegister":
      return applyNodeRegister(applying, command.payload);
    case "nodeStatusUpdate":
      return applyNodeStatus(applying, command.payload);
    case "clientUpdate":
      return applyClientUpdate(applying, command.payload);
    case "reap":
      return applyReap(applying, command.payload);
    case "schedulerConfigure":
      applying.store.putSchedulerConfiguration({ ...command.payload.configuration, modifyIndex: applying.index });
      return ok({});
    case "jobStability":
      return applyJobStability(applying, command.payload);
    case "jobVersionTagging":
      return applyVersionTagging(applying, command.payload);
    default:
      return err("internal", `no rule for ${String(unreachable(command))}`);
  }
}

function applyEvaluationUpdate(applying: Applying, { evaluations }: EvaluationUpdate): Result<Outcome> {
  const { store, index } = applying;
  for (const evaluation of evaluations ?? []) {
    putEvaluation(applying, evaluation);
    const summary = store.summary(evaluation.namespace, evaluation.jobId);
    const next = summary && withQueued(summary, evaluation.queuedAllocations ?? {});
    if (next !== undefined && next !== summary) store.putSummary({ ...next, modifyIndex: index });
    applying.touchJob(evaluation.namespace, evaluation.jobId);
  }
  return ok({});
}

function updateStatus({ store, index }: Applying, namespace: string, jobId: string): void {
  const job = store.job(namespace, jobId);
  if (!job) return;
  const status = statusOf(store, job);
  if (status !== job.status) store.putJob({ ...job, status, modifyIndex: index });
}
