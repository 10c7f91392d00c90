import { setTimeout as sleep } from "node:timers/promises";
import { until } from "#test/support";
import type { Child, MeshWorld } from "./world.ts";

const PATIENCE_MS = 60_000;

export interface StoredCanary {
  readonly phase: string;
  readonly phaseSinceMs: number;
  readonly step: number;
  readonly pausedSinceMs?: number;
  readonly ending?: { readonly outcome: string };
}

type CanaryLine = Readonly<Record<string, unknown>> & { readonly Event: string; readonly Text: string };

/** A roll-out of a service, whoever controls it at the moment. */
export class RollOut {
  readonly #world: MeshWorld;
  readonly #service: string;
  #controller: Child;

  private constructor(world: MeshWorld, service: string, controller: Child) {
    this.#world = world;
    this.#service = service;
    this.#controller = controller;
  }

  static start(world: MeshWorld, service: string, args: readonly string[]): RollOut {
    return new RollOut(world, service, world.drover(["mesh", "canary", service, ...args, "-json"]));
  }

  /** Kills the controller −9 and starts another one, unless it has come to its end by itself. */
  async succeed(): Promise<void> {
    if (!this.#controller.isAlive) return;
    await this.#controller.end("SIGKILL");
    this.#controller = this.#world.drover(["mesh", "canary", this.#service, "-json"]);
  }

  /** Waits for such an event of the present controller. */
  async says(event: string, fields: Readonly<Record<string, unknown>> = {}): Promise<void> {
    const wanted = Object.entries({ ...fields, Event: event });
    await this.#wait(`${this.#service} says ${event}`, () =>
      this.#lines().some((line) => wanted.every(([name, value]) => line[name] === value)),
    );
  }

  /** The last that was said of Consul is that it answers, or it was never said to be away. */
  async isHeard(): Promise<void> {
    await this.#wait(`${this.#service} is connected`, async () => {
      const remark = this.#lines().findLast(({ Event: name }) => name === "remark");
      const isCutOff = remark?.Text.startsWith("nothing is changed until Consul answers") === true;
      return !isCutOff && (await this.state()) !== undefined;
    });
  }

  /** Asked consistently: Consul answers after a restart before it has read back its log. */
  async state(): Promise<StoredCanary> {
    return this.#world.consul.call<StoredCanary>(`/kv/drover-mesh/canary/${this.#service}/state?raw&consistent`);
  }

  async reaches(...phases: readonly string[]): Promise<void> {
    const endMs = performance.now() + PATIENCE_MS;
    while (!phases.includes((await this.state()).phase)) {
      if (performance.now() > endMs) throw new Error(`${this.#service} is not ${phases.join()}:\n${this.#output}`);
      await sleep(1);
    }
  }

  async command(name: "pause" | "resume" | "abort"): Promise<string> {
    const { out, err } = await this.#world.runBeside("mesh", "canary", name, this.#service);
    return `${err}${out}`;
  }

  /** As another terminal would, without waiting for it to be taken. */
  skip(): void {
    void this.#world.runBeside("mesh", "canary", "skip", this.#service);
  }

  /** One step after the other counts as passed. */
  async skipTo(phase: string): Promise<void> {
    while ((await this.state()).phase !== phase) await this.#world.runBeside("mesh", "canary", "skip", this.#service);
  }

  /** The end that the present controller has said, and its exit code. */
  async end(): Promise<{ readonly code: number | null; readonly text: string }> {
    await this.#wait(`${this.#service} ends`, () => !this.#controller.isAlive);
    const ended = this.#lines().find(({ Event: name }) => name === "ended");
    return { code: this.#controller.process.exitCode, text: ended?.Text ?? "" };
  }

  get #output(): string {
    return this.#controller.output;
  }

  #lines(): CanaryLine[] {
    const whole = this.#output.split("\n").slice(0, -1);
    return whole.filter((line) => line.startsWith("{")).map((line) => JSON.parse(line) as CanaryLine);
  }

  async #wait(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
    await until(what, holds, PATIENCE_MS).catch((error: Error) => {
      throw new Error(`${error.message}\n${this.#output}`);
    });
  }
}
