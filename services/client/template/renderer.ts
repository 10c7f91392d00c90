import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { Worker } from "node:worker_threads";
import { assert, err, type Result } from "#core/base";
import { type Answer, encodeAnswer, type Pass, type TemplateText } from "#core/template";
import type { RenderJob, RenderReply, RenderSettings } from "./protocol.ts";

/** What one rendering may take; more kills the worker, and only that rendering fails. */
export interface RendererLimits {
  readonly timeMs: number;
  readonly memoryMib: number;
}

/** Killing the worker takes its time too: the error must be there within a second. */
export const rendererLimits: RendererLimits = { timeMs: 900, memoryMib: 256 };
const QUEUE_MAX = 1000;
const START_LIMIT_MS = 10_000;
/** Commands of the `plugin` function have 30 s of their own. */
const PLUGIN_LIMIT_MS = 30_000;
const YOUNG_MIB = 32;
const CODE_MIB = 16;
const STACK_MIB = 4;

interface Waiting {
  readonly job: RenderJob;
  readonly resolve: (pass: Result<Pass>) => void;
}

/** Renders templates one after the other in a worker thread that it starts when needed and kills when it must. */
export class TemplateRenderer {
  readonly #limits: RendererLimits;
  readonly #queue: Waiting[] = [];
  #worker: Worker | undefined;
  #current: Waiting | undefined;
  #deadline: NodeJS.Timeout | undefined;
  #parses = 0;
  #isReady = false;
  #isClosed = false;

  constructor(limits: RendererLimits = rendererLimits) {
    this.#limits = limits;
  }

  /** How often the worker has parsed a source since it started. */
  get parses(): number {
    return this.#parses;
  }

  /** A pass over what is known. Fails with `timeout` or `too_large` when the template takes more than it may. */
  render(text: TemplateText, answers: ReadonlyMap<string, Answer>, settings: RenderSettings): Promise<Result<Pass>> {
    if (this.#isClosed) return Promise.resolve(err("unavailable", "the renderer of templates is closed"));
    if (this.#queue.length >= QUEUE_MAX)
      return Promise.resolve(err("too_many", `more than ${QUEUE_MAX} templates wait to be rendered`));
    const encoded = Array.from(answers, ([name, answer]) => [name, encodeAnswer(answer)] as const);
    return new Promise((resolve) => {
      this.#queue.push({ job: { text, answers: encoded, settings }, resolve });
      this.#next();
    });
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    for (const { resolve } of this.#queue.splice(0)) resolve(err("cancelled", "the renderer of templates was closed"));
    this.#finish(err("cancelled", "the renderer of templates was closed"));
    await this.#stopWorker();
  }

  #next(): void {
    if (this.#current !== undefined || this.#isClosed) return;
    const worker = (this.#worker ??= this.#start());
    if (!this.#isReady) return;
    this.#current = this.#queue.shift();
    if (this.#current === undefined) return;
    const { settings } = this.#current.job;
    const limitMs = this.#limits.timeMs + (settings.denied.includes("plugin") ? 0 : PLUGIN_LIMIT_MS);
    this.#deadline = setTimeout(() => void this.#giveUp(limitMs), limitMs);
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a worker thread, not a window
    worker.postMessage(this.#current.job);
  }

  #start(): Worker {
    const { memoryMib } = this.#limits;
    const worker = new Worker(workerEntry(), {
      execArgv: [],
      env: {},
      resourceLimits: {
        maxOldGenerationSizeMb: memoryMib - YOUNG_MIB - CODE_MIB - STACK_MIB,
        maxYoungGenerationSizeMb: YOUNG_MIB,
        codeRangeSizeMb: CODE_MIB,
        stackSizeMb: STACK_MIB,
      },
    });
    // A node without templates to render must be able to end.
    worker.unref();
    worker.on("message", (message: RenderReply | "ready") => this.#received(worker, message));
    worker.on("error", (error) => this.#failed(worker, error));
    worker.on("exit", () => this.#failed(worker, new Error("the worker ended")));
    this.#deadline = setTimeout(() => void this.#giveUp(START_LIMIT_MS), START_LIMIT_MS);
    return worker;
  }

  #received(worker: Worker, message: RenderReply | "ready"): void {
    if (worker !== this.#worker) return;
    if (message === "ready") {
      clearTimeout(this.#deadline);
      this.#isReady = true;
    } else {
      this.#parses = message.parses;
      this.#finish(message.pass);
    }
    this.#next();
  }

  /** The worker died by itself: out of memory, or out of its stack. */
  #failed(worker: Worker, error: Error): void {
    if (worker !== this.#worker) return;
    const { file } = (this.#current ?? this.#queue[0])?.job.text ?? { file: "(dynamic)" };
    const isMemory = (error as NodeJS.ErrnoException).code === "ERR_WORKER_OUT_OF_MEMORY";
    const what = isMemory ? `took more than ${this.#limits.memoryMib} MiB of memory` : "ended its renderer";
    this.#forget();
    this.#finish(err(isMemory ? "too_large" : "internal", `${file}: execute: the template ${what}`));
    this.#next();
  }

  async #giveUp(limitMs: number): Promise<void> {
    const { file } = (this.#current ?? this.#queue[0])?.job.text ?? { file: "(dynamic)" };
    const stopped = this.#stopWorker();
    this.#finish(err("timeout", `${file}: execute: the template took more than ${limitMs} ms`));
    await stopped;
    this.#next();
  }

  /** Settles what is being rendered; when the worker did not even start, what waits first. */
  #finish(pass: Result<Pass>): void {
    clearTimeout(this.#deadline);
    const settled = this.#current ?? (this.#isReady ? undefined : this.#queue.shift());
    this.#current = undefined;
    settled?.resolve(pass);
  }

  #forget(): Worker | undefined {
    const worker = this.#worker;
    this.#worker = undefined;
    this.#isReady = false;
    this.#parses = 0;
    return worker;
  }

  async #stopWorker(): Promise<void> {
    await this.#forget()?.terminate();
  }
}

/** The built file of the worker, also when the caller runs from source: a thread has no loader for TypeScript. */
function workerEntry(): URL {
  const parts = fileURLToPath(import.meta.url).split("/");
  const home = parts.lastIndexOf("services");
  const root = parts[home - 1] === "dist" ? parts.slice(0, home - 1) : parts.slice(0, home);
  const url = new URL(`file://${root.join("/")}/dist/services/client/template/worker.js`);
  assert(existsSync(url), () => `${url.pathname} is not built: run npm run build`);
  return url;
}
