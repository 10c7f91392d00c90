import { isAbsolute, join, normalize } from "node:path";
import { type Clock, err, ok, type Random, type Result, type TimerHandle, type Timers } from "#core/base";
import type { Template } from "#core/model";
import {
  type Answer,
  type Change,
  type ChangeScript,
  type Dependency,
  missingText,
  type NetworkAddress,
  parseEnvFile,
  type Pass,
  type SetEffect,
  type SetMember,
  TemplateSet,
  type TemplateText,
} from "#core/template";
import { readInside, writeInside } from "./files.ts";
import type { RenderSettings, Sandbox } from "./protocol.ts";
import { isWithin } from "./sandbox.ts";

/** What renders: the worker, or a double of it. */
export interface Renderer {
  render(text: TemplateText, answers: ReadonlyMap<string, Answer>, settings: RenderSettings): Promise<Result<Pass>>;
}

/** Where values come from: Consul, Vault, the servers. Each answer that differs from the last one is handed on. */
export interface DependencySources {
  watch(dependency: Dependency, onAnswer: (answer: Answer) => void): { stop(): void };
}

/** What the task's runner does about its templates. */
export interface TemplateObserver {
  /** Every template has been written: the task may start, with this added to its environment. */
  ready(environment: ReadonlyMap<string, string>): void;
  /** `Missing: kv.block(a)`: the task waits. */
  missing(message: string): void;
  restart(environment: ReadonlyMap<string, string>): void;
  signal(signal: string): void;
  runScript(script: ChangeScript): void;
  /** The task must be killed; nothing more comes. */
  failed(message: string): void;
}

export interface TaskTemplatesOptions {
  /** Paths are interpolated already. */
  readonly templates: readonly Template[];
  readonly taskDirectory: string;
  /** What the tasks of the allocation share. */
  readonly sharedDirectory: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly addresses: readonly NetworkAddress[];
  readonly denied: readonly string[];
  /** For blocks without a `wait` of their own. */
  readonly defaultWait?: Wait;
  readonly renderer: Renderer;
  readonly sources: DependencySources;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly random: Random;
  readonly observer: TemplateObserver;
}

export interface Wait {
  readonly minMs: number;
  readonly maxMs: number;
}

interface Item {
  readonly id: string;
  readonly block: Template;
  readonly text: TemplateText;
  readonly destination: string;
}

const MISSING_INTERVAL_MS = 3000;
const FILE_INTERVAL_MS = 2000;
const DEFAULT_WAIT: Wait = { minMs: 5000, maxMs: 240_000 };
/** A wait without a maximum is put off at most this many times its minimum. */
const WAIT_FACTOR = 4;
const NS_PER_MS = 1_000_000;

/** The templates of one task: reads their sources, renders, writes, and tells the task's runner what follows. */
export class TaskTemplates {
  readonly #options: TaskTemplatesOptions;
  readonly #sandbox: Sandbox;
  readonly #items: ReadonlyMap<string, Item>;
  readonly #set: TemplateSet;
  readonly #watches = new Map<string, { stop(): void }>();
  readonly #environments = new Map<string, ReadonlyMap<string, string>>();
  readonly #timers = new Set<TimerHandle>();
  #wake: TimerHandle | undefined;
  #lastMissing = "";
  #isRendering = false;
  #hasEnded = false;

  private constructor(options: TaskTemplatesOptions, sandbox: Sandbox, items: readonly Item[]) {
    this.#options = options;
    this.#sandbox = sandbox;
    this.#items = new Map(items.map((item) => [item.id, item]));
    this.#set = new TemplateSet(items.map((item) => memberOf(item, options.defaultWait ?? DEFAULT_WAIT)));
  }

  /** Reads the sources. Fails when one cannot be read or a destination lies outside of the allocation. */
  static prepare(options: TaskTemplatesOptions): Result<TaskTemplates> {
    const roots = [options.taskDirectory, options.sharedDirectory];
    const sandbox: Sandbox = { base: options.taskDirectory, roots };
    const items: Item[] = [];
    for (const [index, block] of options.templates.entries()) {
      const item = itemOf(block, String(index), sandbox);
      if (!item.ok) return item;
      items.push(item.value);
    }
    return ok(new TaskTemplates(options, sandbox, items));
  }

  start(): void {
    this.#step();
    this.#after(MISSING_INTERVAL_MS, () => this.#tellMissing());
  }

  stop(): void {
    this.#hasEnded = true;
    for (const watch of this.#watches.values()) watch.stop();
    this.#watches.clear();
    for (const timer of this.#timers) timer.cancel();
    this.#timers.clear();
    this.#wake?.cancel();
  }

  /** What the environment files hold now, for a task that starts again by itself; later templates win over earlier ones. */
  get added(): ReadonlyMap<string, string> {
    return new Map([...this.#items.keys()].flatMap((id) => [...(this.#environments.get(id) ?? [])]));
  }

  #after(delayMs: number, run: () => void): TimerHandle {
    const timer = this.#options.timers.after(delayMs, () => {
      this.#timers.delete(timer);
      if (!this.#hasEnded) run();
    });
    this.#timers.add(timer);
    return timer;
  }

  #tellMissing(): void {
    if (this.#set.isReady) return;
    const text = missingText(this.#set.missing, this.#set.answers);
    if (text !== "" && text !== this.#lastMissing) this.#options.observer.missing(`Missing: ${text}`);
    this.#lastMissing = text;
    this.#after(MISSING_INTERVAL_MS, () => this.#tellMissing());
  }

  /** Renders what is due, unless a rendering is under way: that looks again when it is done. */
  #step(): void {
    if (this.#isRendering || this.#hasEnded) return;
    const due = this.#set.due(this.#options.clock.monotonicMs());
    if (due.length === 0) return this.#sleep();
    this.#isRendering = true;
    void this.#renderAll(due).then((passes) => {
      this.#isRendering = false;
      if (this.#hasEnded) return;
      this.#carryOut(this.#set.settle(passes));
      this.#step();
    });
  }

  async #renderAll(ids: readonly string[]): Promise<ReadonlyMap<string, Result<Pass>>> {
    const passes = ids.map(async (id) => [id, await this.#render(this.#items.get(id) as Item)] as const);
    return new Map(await Promise.all(passes));
  }

  #render({ text, block }: Item): Promise<Result<Pass>> {
    const { renderer, clock, environment, addresses, denied } = this.#options;
    return renderer.render(text, this.#set.answers, {
      nowMs: clock.nowMs(),
      environment,
      addresses,
      failsOnMissingKey: block.errMissingKey,
      denied,
      sandbox: this.#sandbox,
    });
  }

  #sleep(): void {
    this.#wake?.cancel();
    const wakeMs = this.#set.nextWakeMs();
    if (wakeMs === undefined) return;
    const delayMs = Math.max(0, wakeMs - this.#options.clock.monotonicMs());
    this.#wake = this.#options.timers.after(delayMs, () => this.#step());
  }

  #carryOut(effects: readonly SetEffect[]): void {
    for (const effect of effects) {
      if (this.#hasEnded) return;
      this.#carryOutOne(effect);
    }
  }

  #carryOutOne(effect: SetEffect): void {
    const { observer } = this.#options;
    switch (effect.kind) {
      case "watch":
        return this.#watch(effect.dependency);
      case "unwatch":
        this.#watches.get(effect.dependency.name)?.stop();
        this.#watches.delete(effect.dependency.name);
        return;
      case "write":
        return this.#write(effect);
      case "failed":
        return this.#fail(`Template failed: ${effect.failure.message}`);
      case "ready":
        return observer.ready(this.added);
      case "restart":
        return this.#withSplay(effect.splayMs, () => observer.restart(this.added));
      case "signal":
        return this.#withSplay(effect.splayMs, () => observer.signal(effect.signal));
      case "script":
        return this.#withSplay(effect.splayMs, () => observer.runScript(effect.script));
    }
  }

  #withSplay(splayMs: number, act: () => void): void {
    if (splayMs <= 0) act();
    else this.#after(Math.floor(this.#options.random.fraction() * splayMs), act);
  }

  #watch(dependency: Dependency): void {
    const onAnswer = (answer: Answer): void => {
      this.#set.receive(dependency, answer, this.#options.clock.monotonicMs());
      this.#step();
    };
    const watch =
      dependency.kind === "file"
        ? this.#watchFile(dependency.path, onAnswer)
        : this.#options.sources.watch(dependency, onAnswer);
    this.#watches.set(dependency.name, watch);
  }

  /** A file is looked at every two seconds. */
  #watchFile(path: string, onAnswer: (answer: Answer) => void): { stop(): void } {
    let last: string | undefined;
    let timer: TimerHandle;
    const look = (): void => {
      const content = readInside(this.#sandbox, path);
      const answer: Answer = content.ok
        ? { kind: "value", value: content.value }
        : { kind: "error", message: content.failure.message };
      const shown = JSON.stringify(answer);
      timer = this.#options.timers.after(FILE_INTERVAL_MS, look);
      if (shown !== last) onAnswer(answer);
      last = shown;
    };
    timer = this.#options.timers.after(0, look);
    return { stop: () => timer.cancel() };
  }

  #write({ id, output, files }: Extract<SetEffect, { readonly kind: "write" }>): void {
    const { block, destination } = this.#items.get(id) as Item;
    const mode = block.perms === "" ? undefined : Number.parseInt(block.perms, 8);
    const access = { mode, uid: block.uid ?? undefined, gid: block.gid ?? undefined };
    const written = this.#put(destination, output, access);
    if (!written.ok) return this.#fail(`Template failed: ${written.failure.message}`);
    for (const file of files) {
      const done = this.#put(pathOf(file.path, this.#sandbox.base), file.content, { ...access, mode: file.mode });
      if (!done.ok) return this.#fail(`Template failed: ${done.failure.message}`);
    }
    if (block.envvars) this.#readEnvironment(id, destination, output);
  }

  #put(path: string, content: string, access: Parameters<typeof writeInside>[3]): Result<boolean> {
    const root = this.#sandbox.roots.find((one) => isWithin(one, path));
    return root === undefined
      ? err("denied", `'${path}' is outside of sandbox`)
      : writeInside(root, path, content, access);
  }

  #readEnvironment(id: string, path: string, output: string): void {
    const read = parseEnvFile(output);
    if (read.ok) {
      this.#environments.set(id, read.value);
      return;
    }
    const reason = `error parsing env template "${path}": ${read.failure.message}`;
    this.#fail(`Template failed to read environment variables: ${reason}`);
  }

  #fail(message: string): void {
    this.stop();
    this.#options.observer.failed(message);
  }
}

function pathOf(path: string, base: string): string {
  return normalize(isAbsolute(path) ? path : join(base, path));
}

function itemOf(block: Template, id: string, sandbox: Sandbox): Result<Item> {
  const destination = pathOf(block.destPath, sandbox.base);
  if (!sandbox.roots.some((root) => destination !== root && isWithin(root, destination)))
    return err("denied", "template: template destination path escapes alloc directory");
  const delimiters = { left: block.leftDelim || "{{", right: block.rightDelim || "}}" };
  const dialect = /\.(hbs|handlebars)$/.test(block.sourcePath) ? "handlebars" : "go";
  if (block.sourcePath === "")
    return ok({ id, block, destination, text: { source: block.embeddedTmpl, file: "(dynamic)", dialect, delimiters } });
  const path = pathOf(block.sourcePath, sandbox.base);
  if (!sandbox.roots.some((root) => isWithin(root, path)))
    return err("denied", "template: template source path escapes alloc directory");
  const source = readInside(sandbox, path);
  if (!source.ok) return err("io", `template: ${source.failure.message}`);
  return ok({ id, block, destination, text: { source: source.value, file: path, dialect, delimiters } });
}

function memberOf({ id, block }: Item, defaultWait: Wait): SetMember {
  const { once: isOnce, splayNs } = block;
  return { id, change: changeOf(block), splayMs: splayNs / NS_PER_MS, isOnce, wait: waitOf(block, defaultWait) };
}

function waitOf({ wait }: Template, defaultWait: Wait): Wait {
  if (wait === null) return defaultWait;
  const minMs = wait.minNs / NS_PER_MS;
  return { minMs, maxMs: wait.maxNs === 0 ? minMs * WAIT_FACTOR : wait.maxNs / NS_PER_MS };
}

function changeOf({ changeMode, changeSignal, changeScript }: Template): Change {
  if (changeMode === "noop") return { mode: "noop" };
  if (changeMode === "signal") return { mode: "signal", signal: changeSignal };
  if (changeMode !== "script" || changeScript === null) return { mode: "restart" };
  return {
    mode: "script",
    command: changeScript.command,
    args: changeScript.args ?? [],
    timeoutMs: changeScript.timeoutNs / NS_PER_MS,
    failsTask: changeScript.failOnError,
    isRunAtFirst: changeScript.runOnFirstRender,
  };
}
