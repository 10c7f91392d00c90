import { existsSync, type FSWatcher, mkdirSync, readdirSync, rmSync, watch } from "node:fs";
import { createServer, type Server, type Socket } from "node:net";
import { dirname } from "node:path";
import { assert, err, failureOf, ok, product, type Result } from "#core/base";
import { identify } from "#client/process";
import { writeChecked } from "#client/state";
import type { Mover } from "./pipe.ts";
import { findTool, isPrivate, type SupervisorPlaces } from "./places.ts";
import {
  type Answer,
  encodeFrame,
  type Event,
  FrameReader,
  type Hello,
  PROTOCOL_OLDEST,
  PROTOCOL_VERSION,
  type RequestFrame,
  type RunRequest,
  type RunStatus,
} from "./protocol.ts";
import { Run, type RunTools, type RunWatcher } from "./run.ts";

const RUNS_MAX = 10_000;
const CONNECTIONS_MAX = 16;
/** The folder's watch tells at once; this is for the watch that was lost and for shells that were killed. */
const CHECK_EVERY_MS = 500;
const CHECKS_MAX = 50;
/** How long a supervisor without runs and without an agent stays. */
const IDLE_MS = 10_000;
/** An agent that reads nothing is cut off; when it comes back it asks for the list. */
const UNREAD_BYTES_MAX = 16 * 1024 * 1024;
const RUN_ID = /^[A-Za-z0-9_-]{1,64}$/;

/** The process that holds the pipes of a node's tasks. It decides nothing: agents come and go, it stays. */
export class Supervisor implements RunWatcher {
  readonly #places: SupervisorPlaces;
  readonly #onIdle: () => void;
  readonly #runs = new Map<string, Run>();
  readonly #starting = new Map<string, Promise<Result<Run>>>();
  readonly #connections = new Set<Socket>();
  readonly #server: Server;
  readonly #tools: RunTools;
  #watcher: FSWatcher | undefined;
  #idleSinceMs = performance.now();
  #unchecked: string[] = [];

  constructor(places: SupervisorPlaces, mover: Mover | undefined, onIdle: () => void) {
    this.#places = places;
    this.#onIdle = onIdle;
    this.#tools = { mkfifo: tool("mkfifo"), mv: tool("mv"), sleep: tool("sleep"), mover };
    this.#server = createServer((socket) => this.#accept(socket));
    this.#server.maxConnections = CONNECTIONS_MAX;
  }

  /** The pipes first: until they are read, tasks may be standing. Then the door. */
  async open(): Promise<void> {
    for (const folder of [this.#places.runs, dirname(this.#places.socket)])
      mkdirSync(folder, { recursive: true, mode: 0o700 });
    assert(isPrivate(dirname(this.#places.socket)), `${dirname(this.#places.socket)} is open to other users`);
    this.#recoverAll();
    this.#watcher = watch(this.#places.runs, (_, name) => this.#seen(name));
    this.#watcher.on("error", () => this.#watcher?.close());
    setInterval(() => this.#tick(), CHECK_EVERY_MS);
    rmSync(this.#places.socket, { force: true });
    await new Promise<void>((resolve, reject) => {
      this.#server.once("error", reject);
      this.#server.listen(this.#places.socket, resolve);
    });
    const written = writeChecked(this.#places.self, 1, identify(process.pid));
    assert(written.ok, () => (written.ok ? "" : written.failure.message));
  }

  exited(run: Run): void {
    this.#tell({ event: "exited", status: run.status });
  }

  outputLost(runId: string, bytes: number, cause: string): void {
    this.#tell({ event: "output-lost", runId, bytes, cause });
  }

  #recoverAll(): void {
    for (const name of readdirSync(this.#places.runs)) {
      if (!name.endsWith(".json")) continue;
      const run = Run.recover(this.#places.runs, name.slice(0, -".json".length), this, this.#tools.mover);
      if (run.ok) this.#runs.set(run.value.status.runId, run.value);
      else if (run.failure.code !== "cancelled") process.stderr.write(`${name}: ${run.failure.message}\n`);
    }
    this.#checkAll();
  }

  #seen(name: string | null): void {
    if (name?.endsWith(".exit")) this.#runs.get(name.slice(0, -".exit".length))?.check();
  }

  #checkAll(): void {
    for (const run of this.#runs.values()) run.check();
  }

  /** A few runs at a time, in turn: with a thousand of them a look at all would cost a tenth of a core. */
  #checkSome(): void {
    if (this.#unchecked.length === 0) this.#unchecked = [...this.#runs.keys()];
    for (const runId of this.#unchecked.splice(0, CHECKS_MAX)) this.#runs.get(runId)?.check();
  }

  #tick(): void {
    this.#checkSome();
    const isIdle = this.#runs.size + this.#starting.size + this.#connections.size === 0;
    if (this.#isForsaken()) this.#onIdle();
    if (!isIdle) this.#idleSinceMs = performance.now();
    else if (performance.now() - this.#idleSinceMs > IDLE_MS) this.#onIdle();
  }

  /** Its folder was removed: nobody can reach it any more. What still runs is not left without a reader, though. */
  #isForsaken(): boolean {
    if (existsSync(this.#places.runs)) return false;
    return [...this.#runs.values()].every((run) => run.status.exit !== undefined);
  }

  #accept(socket: Socket): void {
    const reader = new FrameReader();
    this.#connections.add(socket);
    socket.on("close", () => this.#connections.delete(socket));
    socket.on("error", () => socket.destroy());
    socket.on("data", (chunk: Buffer) => {
      const messages = reader.push(chunk);
      if (!messages.ok) return socket.destroy();
      for (const message of messages.value) void this.#answer(socket, message as RequestFrame);
      return undefined;
    });
  }

  async #answer(socket: Socket, request: RequestFrame): Promise<void> {
    const result = await this.#handle(request).catch(
      (thrown: unknown) => ({ ok: false, failure: failureOf(thrown) }) as const,
    );
    const answer: Answer = result.ok
      ? { id: request.id, ok: true, value: result.value ?? null }
      : { id: request.id, ok: false, message: result.failure.message };
    if (!socket.destroyed) socket.write(encodeFrame(answer));
  }

  async #handle(request: RequestFrame): Promise<Result<unknown>> {
    switch (request.op) {
      case "hello":
        return this.#greet(request.protocol);
      case "start":
        return this.#start(request.run);
      case "signal":
        return this.#runs.get(request.runId)?.signal(request.signal) ?? noRun(request.runId);
      case "list":
        return this.#list();
      case "release":
        return this.#release(request.runId);
      case "leave":
        return this.#leave();
      default:
        return err("bad_request", "an operation that this supervisor does not know");
    }
  }

  /** The runs that were known when the question came, with those whose start was underway then. */
  async #list(): Promise<Result<readonly RunStatus[]>> {
    const asked = [...this.#runs.keys(), ...this.#starting.keys()];
    await Promise.all(this.#starting.values());
    return ok(asked.flatMap((runId) => this.#runs.get(runId)?.status ?? []));
  }

  #greet(protocol: number): Result<Hello> {
    if (protocol < PROTOCOL_OLDEST) return err("bad_request", `protocol ${protocol} is not spoken any more`);
    const runs = this.#runs.size + this.#starting.size;
    return ok({ protocol: PROTOCOL_VERSION, version: product.version, pid: process.pid, runs });
  }

  async #start(request: RunRequest): Promise<Result<RunStatus>> {
    const { runId } = request;
    if (!RUN_ID.test(runId)) return err("bad_request", `not the id of a run: ${runId}`);
    const known = this.#runs.get(runId);
    if (known) return ok(known.status);
    if (this.#runs.size + this.#starting.size >= RUNS_MAX) return err("too_many", `this node runs ${RUNS_MAX} tasks`);
    const underway = this.#starting.get(runId) ?? this.#startNew(request);
    const started = await underway;
    return started.ok ? ok(started.value.status) : started;
  }

  #startNew(request: RunRequest): Promise<Result<Run>> {
    const starting = Run.start(this.#places.runs, request, this.#tools, this).then((started) => {
      this.#starting.delete(request.runId);
      if (started.ok) this.#runs.set(request.runId, started.value);
      return started;
    });
    this.#starting.set(request.runId, starting);
    // A task may have ended before its run was listed: its exit is looked for after the answer is out.
    void starting.then(() => setImmediate(() => this.#runs.get(request.runId)?.check()));
    return starting;
  }

  #release(runId: string): Result<null> {
    const run = this.#runs.get(runId);
    if (run === undefined) return ok(null);
    if (run.status.exit === undefined) return err("conflict", `run ${runId} has not ended`);
    run.forget();
    this.#runs.delete(runId);
    return ok(null);
  }

  #leave(): Result<boolean> {
    const isFree = this.#runs.size + this.#starting.size === 0;
    if (isFree) setImmediate(this.#onIdle);
    return ok(isFree);
  }

  #tell(event: Event): void {
    for (const socket of this.#connections) {
      if (socket.writableLength > UNREAD_BYTES_MAX) socket.destroy();
      else socket.write(encodeFrame(event));
    }
  }
}

function noRun(runId: string): Result<never> {
  return err("not_found", `no run ${runId}`);
}

function tool(name: string): string {
  const path = findTool(name);
  assert(path !== undefined, () => `this machine has no ${name}`);
  return path;
}
