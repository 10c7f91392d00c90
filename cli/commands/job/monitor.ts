import { AllocListStub, Evaluation } from "#core/model";
import { type Context, fail } from "#cli/shell";
import { failureLines, failureTitle, idShower, timestamp } from "#cli/render";

const POLL_MS = 1000;
const EXIT_NOT_PLACED = 2;
const ENDED = new Set(["complete", "failed", "canceled"]);

/** Follows an evaluation until it is decided; says each thing that changes, once. */
export async function monitorEvaluation(context: Context, evalId: string, verbose: boolean): Promise<number> {
  return new Monitor(context, evalId, verbose).run();
}

class Monitor {
  readonly #context: Context;
  readonly #evalId: string;
  readonly #show: (id: string) => string;
  readonly #statuses = new Map<string, string>();
  #status = "pending";
  #isTriggered = false;

  constructor(context: Context, evalId: string, verbose: boolean) {
    this.#context = context;
    this.#evalId = evalId;
    this.#show = idShower(verbose);
  }

  async run(): Promise<number> {
    this.#title(`Monitoring evaluation ${JSON.stringify(this.#show(this.#evalId))}`);
    for (;;) {
      await this.#context.sleep(POLL_MS);
      if (this.#context.signal.aborted) return 1;
      const evaluation = await this.#context.api.read("evaluation.read", Evaluation, { params: { id: this.#evalId } });
      if (!evaluation.ok) return fail(this.#context, "Error reading evaluation: ", evaluation.failure);
      await this.#update(evaluation.value);
      if (ENDED.has(evaluation.value.status)) return this.#finish(evaluation.value);
    }
  }

  async #update(evaluation: Evaluation): Promise<void> {
    if (!this.#isTriggered) {
      this.#isTriggered = true;
      this.#line(triggerText(evaluation, this.#show));
    }
    const allocs = await this.#context.api.list("evaluation.allocations", AllocListStub, {
      params: { id: this.#evalId },
    });
    if (allocs.ok) for (const alloc of allocs.value) this.#allocation(alloc);
    if (evaluation.status === this.#status) return;
    this.#line(`Evaluation status changed: ${JSON.stringify(this.#status)} -> ${JSON.stringify(evaluation.status)}`);
    this.#status = evaluation.status;
  }

  #allocation(alloc: AllocListStub): void {
    const known = this.#statuses.get(alloc.id);
    if (known === undefined) {
      const verb =
        alloc.createIndex < alloc.modifyIndex && alloc.jobVersion === 0 && alloc.evalId !== this.#evalId
          ? "modified"
          : "created";
      this.#line(
        `Allocation ${this.#quoted(alloc.id)} ${verb}: node ${this.#quoted(alloc.nodeId)}, group ${JSON.stringify(alloc.taskGroup)}`,
      );
    }
    const before = known ?? "pending";
    if (before !== alloc.clientStatus) {
      const why = alloc.clientDescription === "" ? "" : ` (${alloc.clientDescription})`;
      this.#line(
        `Allocation ${this.#quoted(alloc.id)} status changed: ${JSON.stringify(before)} -> ${JSON.stringify(alloc.clientStatus)}${why}`,
      );
    }
    this.#statuses.set(alloc.id, alloc.clientStatus);
  }

  #finish(evaluation: Evaluation): number {
    const failures = Object.entries(evaluation.failedTgAllocs ?? {}).sort(([left], [right]) => (left < right ? -1 : 1));
    const finished = `Evaluation ${this.#quoted(evaluation.id)} finished with status ${JSON.stringify(evaluation.status)}`;
    if (failures.length === 0) {
      this.#title(finished);
      return evaluation.status === "complete" ? 0 : 1;
    }
    this.#title(`${finished} but failed to place all allocations:`);
    for (const [group, metric] of failures) {
      this.#line(failureTitle(group, metric));
      this.#context.io.out(`${failureLines(metric, "      ").join("\n")}\n`);
    }
    if (evaluation.blockedEval !== "") {
      this.#line(
        `Evaluation ${this.#quoted(evaluation.blockedEval)} waiting for additional capacity to place remainder`,
      );
    }
    return EXIT_NOT_PLACED;
  }

  #quoted(id: string): string {
    return JSON.stringify(this.#show(id));
  }

  #title(text: string): void {
    this.#context.io.out(`==> ${timestamp(this.#context.nowMs())}: ${text}\n`);
  }

  #line(text: string): void {
    this.#context.io.out(`    ${timestamp(this.#context.nowMs())}: ${text}\n`);
  }
}

function triggerText({ triggeredBy, jobId, nodeId }: Evaluation, show: (id: string) => string): string {
  if (triggeredBy === "node-update") return `Evaluation triggered by node ${JSON.stringify(show(nodeId))}`;
  return `Evaluation triggered by job ${JSON.stringify(jobId)}`;
}
