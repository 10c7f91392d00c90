import { type Clock, type Logger, type Random, type Result, uuidFrom } from "#core/base";
import type { AllocationStop, Command } from "#core/fsm";
import type { Allocation, Evaluation } from "#core/model";
import { checkPlan, type Delivery } from "#core/pipeline";
import { blockedEvaluation, type Decision, schedule, type Stop } from "#core/scheduler";
import type { Store } from "#core/store";

/** Passes over the state for one evaluation before it is given up; progress starts the count again (semantics §1). */
const ATTEMPTS_MAX: Readonly<Record<string, number>> = { service: 5, batch: 2, system: 5, sysbatch: 2 };
const TYPES = ["service", "batch", "system", "sysbatch"];

/** What a worker needs of the leader and of the log. */
export interface WorkerPorts {
  readonly store: () => Store;
  readonly dequeue: (types: readonly string[]) => Delivery | undefined;
  readonly holds: (delivery: Delivery) => boolean;
  readonly ack: (delivery: Delivery) => void;
  readonly nack: (delivery: Delivery) => void;
  readonly propose: (command: Command) => Promise<Result<unknown>>;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
}

/** One worker: one evaluation at a time. `wake` it whenever there may be work. */
export class Worker {
  readonly #ports: WorkerPorts;
  #isRunning = false;

  constructor(ports: WorkerPorts) {
    this.#ports = ports;
  }

  wake(): void {
    if (this.#isRunning) return;
    this.#isRunning = true;
    void this.#run().finally(() => (this.#isRunning = false));
  }

  async #run(): Promise<void> {
    for (let delivery = this.#next(); delivery !== undefined; delivery = this.#next()) {
      const done = await this.#process(delivery);
      if (done) this.#ports.ack(delivery);
      else this.#ports.nack(delivery);
    }
  }

  #next(): Delivery | undefined {
    return this.#ports.dequeue(TYPES);
  }

  /** Schedules until nothing more can be done for the evaluation; false when it must be delivered again. */
  async #process(delivery: Delivery): Promise<boolean> {
    const attemptsMax = ATTEMPTS_MAX[delivery.evaluation.type] ?? 1;
    for (let attempt = 1; ; attempt++) {
      const decision = this.#decide(delivery.evaluation);
      const outcome = await this.#submit(delivery, decision);
      if (outcome === "failed") return false;
      if (outcome === "complete") return this.#complete(delivery.evaluation, decision);
      if (outcome === "progress") attempt = 0;
      if (attempt >= attemptsMax) return this.#giveUp(delivery.evaluation, attemptsMax);
    }
  }

  #decide(evaluation: Evaluation): Decision {
    const { store, random, clock } = this.#ports;
    return schedule(evaluation, { store: store(), random, nowMs: clock.nowMs() });
  }

  /** Writes the part of the plan that still fits. */
  async #submit(delivery: Delivery, decision: Decision): Promise<"complete" | "progress" | "stuck" | "failed"> {
    if (!this.#ports.holds(delivery)) return "failed";
    if (decision.placed.length === 0 && decision.stopped.length === 0) return "complete";
    const verdict = checkPlan(this.#ports.store(), {
      placed: decision.placed,
      stoppedIds: decision.stopped.map(({ alloc }) => alloc.id),
    });
    const written = await this.#ports.propose(planCommand(delivery.evaluation, decision, verdict.accepted));
    if (!written.ok) return "failed";
    if (verdict.refused.size === 0) return "complete";
    this.#ports.logger.log("debug", "plan refused on nodes", {
      evalId: delivery.evaluation.id,
      refused: Object.fromEntries(verdict.refused),
    });
    return verdict.accepted.length > 0 ? "progress" : "stuck";
  }

  async #complete(evaluation: Evaluation, decision: Decision): Promise<boolean> {
    const index = this.#ports.store().lastIndex;
    const nowMs = this.#ports.clock.nowMs();
    const hasFailures = Object.keys(decision.failures).length > 0;
    const id = uuidFrom(this.#ports.random);
    const blocked = blockedEvaluation(evaluation, decision, { id, snapshotIndex: index, nowMs });
    const done: Evaluation = {
      ...evaluation,
      status: "complete",
      failedTgAllocs: hasFailures ? decision.failures : null,
      planAnnotations: decision.annotations,
      queuedAllocations: decision.queued,
      blockedEval: blocked?.id ?? "",
      snapshotIndex: index,
      modifyTimeMs: nowMs,
    };
    const evaluations = blocked ? [done, blocked] : [done];
    return (await this.#ports.propose({ name: "evaluationUpdate", payload: { evaluations } })).ok;
  }

  async #giveUp(evaluation: Evaluation, attempts: number): Promise<boolean> {
    const statusDescription = `maximum attempts reached (${attempts})`;
    const failed: Evaluation = {
      ...evaluation,
      status: "failed",
      statusDescription,
      modifyTimeMs: this.#ports.clock.nowMs(),
    };
    return (await this.#ports.propose({ name: "evaluationUpdate", payload: { evaluations: [failed] } })).ok;
  }
}

function planCommand(evaluation: Evaluation, decision: Decision, placed: readonly Allocation[]): Command {
  const { id: evalId, namespace, jobId } = evaluation;
  const jobVersion = decision.job?.version ?? 0;
  return {
    name: "planResult",
    payload: { evalId, namespace, jobId, jobVersion, placed, stopped: decision.stopped.map(stopRecord) },
  };
}

function stopRecord({ alloc, description, clientStatus }: Stop): AllocationStop {
  return { id: alloc.id, desiredStatus: "stop", desiredDescription: description, clientStatus, followupEvalId: "" };
}
