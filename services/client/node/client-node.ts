import { mkdirSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { type Clock, err, type Logger, ok, type Random, type Result, type Timers } from "#core/base";
import type { Node } from "#core/model";
import { type AllocEnvironment, AllocStore } from "#client/alloc";
import type { Driver } from "#client/driver/contract";
import { RawExecDriver } from "#client/driver/raw-exec";
import { fingerprintMachine } from "#client/fingerprint";
import { SupervisorLink } from "#client/supervisor";
import { DEFAULT_ENV_DENYLIST } from "#client/task";
import { Allocations } from "./allocations.ts";
import { ClientCommands } from "./commands.ts";
import type { ClientConfig } from "./config.ts";
import { GarbageCollector } from "./garbage.ts";
import { loadIdentity, type NodeIdentity, saveIdentity } from "./identity.ts";
import { lockDirectory } from "./lock.ts";
import { type NodeMeta, nodeMeta, nodeRecord } from "./node-record.ts";
import { Presence } from "./presence.ts";
import { StatusReporter } from "./reporter.ts";
import type { NodeCredentials, ServerLink } from "#client/link";

export interface ClientNodeOptions {
  readonly config: ClientConfig;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly random: Random;
  readonly logger: Logger;
  readonly link: ServerLink;
  /** The supervisor's built program; set only by tests. */
  readonly supervisorEntry?: string | undefined;
}

export interface LeaveOptions {
  /** Ends the tasks (`-dev`); otherwise they keep running and the next agent takes them over. */
  readonly stopTasks: boolean;
  /** Cuts kill time-outs short, in milliseconds. */
  readonly killTimeoutCapMs: number;
  /** All of it together; the last second of it belongs to SIGKILL. */
  readonly deadlineMs: number;
  /** Removes state and allocation directories. */
  readonly removeFiles: boolean;
  /** When it aborts, tasks that still run get SIGKILL at once. */
  readonly hurry?: AbortSignal | undefined;
}

const WAIT_STEP_MS = 20;
/** What is left after SIGKILL is a matter of the kernel. */
const FORCED_MS = 1_000;

/** The client part of an agent. */
export class ClientNode {
  readonly allocations: Allocations;
  readonly garbage: GarbageCollector;
  readonly commands: ClientCommands;
  readonly #options: ClientNodeOptions;
  readonly #supervisor: SupervisorLink;
  readonly #presence: Presence;
  readonly #reporter: StatusReporter;
  readonly #abort = new AbortController();
  readonly #lock: Disposable;
  #watch: Disposable | undefined;
  #identity: NodeIdentity;
  #node: Node;
  #maxKillTimeoutMs: number;

  private constructor(options: ClientNodeOptions, parts: Parts) {
    const { config, clock, timers, random, logger, link } = options;
    const { signal } = this.#abort;
    this.#options = options;
    this.#supervisor = parts.supervisor;
    this.#lock = parts.lock;
    this.#identity = parts.identity;
    this.#node = parts.node;
    this.#maxKillTimeoutMs = config.maxKillTimeoutMs;
    this.#reporter = new StatusReporter({ link, nodeId: this.#node.id, clock, timers, logger, signal });
    this.allocations = new Allocations({
      environment: this.#environment(parts.drivers),
      store: new AllocStore(config.stateDirectory),
      report: (report) => this.#reporter.report(report),
      forget: (allocId) => this.#reporter.forget(allocId),
    });
    this.garbage = new GarbageCollector({
      config: config.garbage,
      allocations: this.allocations,
      allocDirectory: config.allocDirectory,
      timers,
      logger,
    });
    const { allocations, garbage } = this;
    this.commands = new ClientCommands({ allocations, garbage, allocDirectory: config.allocDirectory, clock });
    this.#presence = new Presence({
      link,
      credentials: this.#credentials,
      node: () => this.#node,
      timers,
      random,
      logger,
      signal,
      onRegistered: () => this.#watchAllocations(),
    });
  }

  /** Looks at the machine and takes up what an earlier agent left; `start` then talks to the servers. */
  static async open(options: ClientNodeOptions): Promise<Result<ClientNode>> {
    const { config } = options;
    const folders = makeFolders(config);
    if (!folders.ok) return folders;
    const lock = lockDirectory(config.stateDirectory);
    if (!lock.ok) return lock;
    const opened = await ClientNode.#openLocked(options, lock.value);
    if (!opened.ok) lock.value[Symbol.dispose]();
    return opened;
  }

  static async #openLocked(options: ClientNodeOptions, lock: Disposable): Promise<Result<ClientNode>> {
    const { config, random, logger, timers } = options;
    const identity = loadIdentity(config.stateDirectory, random);
    if (!identity.ok) return identity;
    const directory = join(config.stateDirectory, "supervisor");
    const supervisor = new SupervisorLink({ directory, timers, logger, entry: options.supervisorEntry });
    const drivers = driversOf(config, supervisor);
    const fingerprint = await fingerprintMachine(
      { ...config.fingerprint, allocDirectory: config.allocDirectory, options: config.options },
      drivers.values(),
      options.clock.nowMs(),
    );
    if (!fingerprint.ok) return fingerprint;
    const detected = Object.entries(fingerprint.value.drivers).filter(([, driver]) => driver.detected);
    const usable = new Map(detected.flatMap(([name]) => entryOf(drivers, name)));
    const node = nodeRecord(config, identity.value, fingerprint.value);
    const client = new ClientNode(options, {
      supervisor,
      lock,
      identity: identity.value,
      node,
      drivers: usable,
    });
    const restored = client.allocations.restore();
    if (!restored.ok) return restored;
    const claimed = new Set([...client.allocations.all].flatMap((runner) => runner.claimedRuns()));
    for (const driver of usable.values()) void driver.forgetOthers(claimed);
    return ok(client);
  }

  get node(): Node {
    return this.#node;
  }

  start(): void {
    this.#presence.start();
    this.garbage.start();
  }

  get meta(): NodeMeta {
    return nodeMeta(this.#options.config, this.#identity);
  }

  /** Sets (or with null unsets) meta over the API; it survives restarts and the servers hear of it. */
  setMeta(changes: Readonly<Record<string, string | null>>): Result<NodeMeta> {
    const { config } = this.#options;
    const fixed = nodeMeta(config, this.#identity).static;
    const merged = Object.entries({ ...this.#identity.dynamicMeta, ...changes });
    const kept = merged.filter(([key, value]) => value !== null || key in fixed);
    const changed: NodeIdentity = { ...this.#identity, dynamicMeta: Object.fromEntries(kept) };
    const saved = saveIdentity(config.stateDirectory, changed);
    if (!saved.ok) return saved;
    this.#identity = changed;
    this.#node = { ...this.#node, meta: nodeMeta(config, changed).meta };
    this.#presence.changed();
    return ok(this.meta);
  }

  /** Ends this client's part in the agent; `err("timeout")` when tasks were still running at the deadline. */
  async leave(options: LeaveOptions): Promise<Result<void>> {
    this.garbage.stop();
    const stopped = options.stopTasks ? await this.#stopTasks(options) : ok(undefined);
    await this.#reporter.flush();
    this.#watch?.[Symbol.dispose]();
    this.#abort.abort();
    this.#presence.stop();
    this.#reporter.stop();
    this.allocations.detachAll();
    if (options.stopTasks) await this.#supervisor.leave();
    this.#supervisor.close();
    this.#lock[Symbol.dispose]();
    if (options.removeFiles && stopped.ok) await this.#removeFiles();
    return stopped;
  }

  get #credentials(): NodeCredentials {
    return { nodeId: this.#identity.id, secretId: this.#identity.secretId };
  }

  #environment(drivers: ReadonlyMap<string, Driver>): AllocEnvironment {
    const { config, clock, timers, random, logger } = this.#options;
    const denylist = config.options["env.denylist"] ?? config.options["env.blacklist"];
    return {
      clock,
      timers,
      random,
      logger: logger.child("alloc"),
      drivers,
      allocDirectory: config.allocDirectory,
      stateDirectory: config.stateDirectory,
      region: config.region,
      maxKillTimeoutNs: () => this.#maxKillTimeoutMs * 1e6,
      hostEnv: config.hostEnv,
      envDenylist: denylist === undefined ? DEFAULT_ENV_DENYLIST : denylist.split(",").map((name) => name.trim()),
      node: () => this.#node,
    };
  }

  #watchAllocations(): void {
    this.#watch ??= this.#options.link.watchAllocations(this.#credentials, (batch) => {
      this.allocations.apply(batch);
      this.#presence.ready();
    });
  }

  async #stopTasks(options: LeaveOptions): Promise<Result<void>> {
    this.#maxKillTimeoutMs = Math.min(this.#maxKillTimeoutMs, options.killTimeoutCapMs);
    this.#watch?.[Symbol.dispose]();
    for (const runner of this.allocations.all) runner.refresh();
    this.allocations.stopAll();
    if (await this.#quietWithin(Math.max(0, options.deadlineMs - FORCED_MS), options.hurry)) return ok(undefined);
    for (const { driver, runId } of [...this.allocations.all].flatMap((runner) => runner.liveTasks()))
      await driver.signal(runId, "SIGKILL");
    return (await this.#quietWithin(FORCED_MS)) ? ok(undefined) : err("timeout", "tasks are still running");
  }

  async #quietWithin(delayMs: number, hurry?: AbortSignal): Promise<boolean> {
    const { clock } = this.#options;
    const deadlineMs = clock.monotonicMs() + delayMs;
    const mayWait = (): boolean => clock.monotonicMs() < deadlineMs && hurry?.aborted !== true;
    while (!this.allocations.isQuiet && mayWait())
      await new Promise<void>((resolve) => void this.#options.timers.after(WAIT_STEP_MS, resolve));
    return this.allocations.isQuiet;
  }

  async #removeFiles(): Promise<void> {
    for (const folder of [this.#options.config.allocDirectory, this.#options.config.stateDirectory])
      await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

interface Parts {
  readonly supervisor: SupervisorLink;
  readonly lock: Disposable;
  readonly identity: NodeIdentity;
  readonly node: Node;
  readonly drivers: ReadonlyMap<string, Driver>;
}

function driversOf(config: ClientConfig, supervisor: SupervisorLink): ReadonlyMap<string, Driver> {
  const { enabled, deniedEnvvars } = config.rawExec;
  const isAsked = enabled || ["1", "true"].includes(config.options["driver.raw_exec.enable"] ?? "");
  const rawExec = new RawExecDriver({ supervisor, enabled: isAsked, deniedEnvvars, ownUid: config.ownUid });
  return new Map<string, Driver>([[rawExec.name, rawExec]]);
}

function entryOf(drivers: ReadonlyMap<string, Driver>, name: string): [string, Driver][] {
  const driver = drivers.get(name);
  return driver ? [[name, driver]] : [];
}

function makeFolders(config: ClientConfig): Result<void> {
  try {
    mkdirSync(config.stateDirectory, { recursive: true, mode: 0o700 });
    mkdirSync(config.allocDirectory, { recursive: true, mode: 0o711 });
    return ok(undefined);
  } catch (cause) {
    return err("io", `cannot make the client's directories: ${(cause as Error).message}`, { cause: cause as Error });
  }
}
