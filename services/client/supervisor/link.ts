import { existsSync, readdirSync } from "node:fs";
import { createConnection, type Socket } from "node:net";
import { dirname } from "node:path";
import { err, type Logger, ok, product, type Result, type Timers } from "#core/base";
import { isPrivate, supervisorEntry, supervisorPlaces, type SupervisorPlaces } from "./places.ts";
import {
  type Answer,
  encodeFrame,
  type Event,
  FrameReader,
  type Hello,
  PROTOCOL_OLDEST,
  PROTOCOL_VERSION,
  type Request,
  type RunExit,
  type RunRequest,
  type RunStatus,
} from "./protocol.ts";
import { killUnresponsive, type SpawnedSupervisor, spawnSupervisor } from "./spawn.ts";

export interface SupervisorLinkOptions {
  /** Only this user may enter it; outlives the agent. */
  readonly directory: string;
  readonly timers: Timers;
  readonly logger: Logger;
  /** The built main.js; set only by tests. */
  readonly entry?: string | undefined;
}

/** What the owner of a run hears. */
export interface RunListener {
  exited(exit: RunExit): void;
  outputLost?(bytes: number, cause: string): void;
}

interface Pending {
  readonly request: Request;
  readonly settle: (result: Result<unknown>) => void;
}

/** A connection that was greeted, and what of its bytes is not yet a message. */
interface Conversation {
  readonly socket: Socket;
  readonly reader: FrameReader;
}

const lostRun: RunExit = { code: -1, signal: 0, unknownCause: "the supervisor's record of the run is gone" };

const ANSWER_MS = 15_000;
const GREETING_MS = 5_000;
const CONNECT_EVERY_MS = 20;
/** Ten seconds, and as many starts at most as fit into them. */
const CONNECT_TRIES = 500;
const PENDING_MAX = 20_000;

/**
 * The agent's end: starts a supervisor when the first run needs one, and another at once when that one dies. Requests
 * that were underway then are sent again; each of them may be, since runs have names.
 */
export class SupervisorLink {
  readonly #options: SupervisorLinkOptions;
  readonly #places: SupervisorPlaces;
  readonly #pending = new Map<number, Pending>();
  readonly #listeners = new Map<string, RunListener>();
  #socket: Socket | undefined;
  #connecting: Promise<Result<void>> | undefined;
  #lastId = 0;
  #isClosed = false;

  constructor(options: SupervisorLinkOptions) {
    this.#options = options;
    this.#places = supervisorPlaces(options.directory);
  }

  /** Whether there is anything for a supervisor to hold, without starting one to ask. */
  get hasRuns(): boolean {
    return existsSync(this.#places.runs) && readdirSync(this.#places.runs).some((name) => name.endsWith(".json"));
  }

  async start(run: RunRequest, listener: RunListener): Promise<Result<RunStatus>> {
    this.#listeners.set(run.runId, listener);
    const started = (await this.#ask({ op: "start", run })) as Result<RunStatus>;
    if (!started.ok) this.#listeners.delete(run.runId);
    else if (started.value.exit) this.#exited(started.value);
    return started;
  }

  /** Listens to a run that was started earlier, by this agent or the one before. */
  async attach(runId: string, listener: RunListener): Promise<Result<RunStatus>> {
    this.#listeners.set(runId, listener);
    const listed = await this.#ask({ op: "list" });
    if (!listed.ok) return listed;
    const found = (listed.value as readonly RunStatus[]).find((status) => status.runId === runId);
    if (found === undefined) {
      this.#listeners.delete(runId);
      return err("not_found", `the supervisor knows no run ${runId}`);
    }
    if (found.exit) this.#exited(found);
    return ok(found);
  }

  async list(): Promise<Result<readonly RunStatus[]>> {
    return (await this.#ask({ op: "list" })) as Result<readonly RunStatus[]>;
  }

  async signal(runId: string, signal: number): Promise<Result<void>> {
    return (await this.#ask({ op: "signal", runId, signal })) as Result<void>;
  }

  /** The run's end is noted: its files may go. */
  async release(runId: string): Promise<Result<void>> {
    this.#listeners.delete(runId);
    return (await this.#ask({ op: "release", runId })) as Result<void>;
  }

  /** Ends the supervisor if it holds no run; true when it did. */
  async leave(): Promise<boolean> {
    if (this.#socket === undefined && this.#connecting === undefined) return false;
    const left = await this.#ask({ op: "leave" });
    return left.ok && left.value === true;
  }

  /** Lets go of the supervisor, which stays for its runs. */
  close(): void {
    this.#isClosed = true;
    this.#socket?.destroy();
    this.#failPending("the agent is leaving");
  }

  #ask(request: Request): Promise<Result<unknown>> {
    if (this.#isClosed) return Promise.resolve(err("unavailable", "the agent is leaving"));
    if (this.#pending.size >= PENDING_MAX)
      return Promise.resolve(err("too_many", "too many requests to the supervisor"));
    return new Promise((resolve) => {
      const id = ++this.#lastId;
      const timer = this.#options.timers.after(ANSWER_MS, () => {
        this.#pending.delete(id);
        resolve(err("timeout", "the supervisor did not answer"));
      });
      const settle = (result: Result<unknown>): void => {
        timer.cancel();
        resolve(result);
      };
      this.#pending.set(id, { request, settle });
      if (this.#socket) this.#socket.write(encodeFrame({ ...request, id }));
      else void this.#connect();
    });
  }

  #connect(): Promise<Result<void>> {
    this.#connecting ??= this.#connectNow().then((result) => {
      this.#connecting = undefined;
      if (!result.ok) this.#failPending(result.failure.message);
      return result;
    });
    return this.#connecting;
  }

  async #connectNow(): Promise<Result<void>> {
    const reached = (await this.#reach()) ?? (await this.#startAndReach());
    if (reached === undefined || this.#isClosed) {
      reached?.socket.destroy();
      return err("unavailable", "the supervisor of this node cannot be started", { hint: `see ${this.#places.log}` });
    }
    this.#adopt(reached);
    return ok(undefined);
  }

  /** Starts a supervisor and, should it die before it can be reached, another. */
  async #startAndReach(): Promise<Conversation | undefined> {
    let spawned: SpawnedSupervisor | undefined;
    for (let tries = 0; tries < CONNECT_TRIES && !this.#isClosed; tries++) {
      if (spawned === undefined || spawned.hasEnded) {
        killUnresponsive(this.#places);
        spawned = spawnSupervisor(this.#options.entry ?? supervisorEntry(), this.#places);
      }
      await this.#pause(CONNECT_EVERY_MS);
      const reached = await this.#reach();
      if (reached) return reached;
    }
    return undefined;
  }

  /** A connection to a supervisor that speaks with us. An older one that holds no run is asked to leave. */
  async #reach(): Promise<Conversation | undefined> {
    const socket = isPrivate(dirname(this.#places.socket)) ? await open(this.#places.socket) : undefined;
    if (socket === undefined) return undefined;
    const reader = new FrameReader();
    const hello = await greet(socket, reader, this.#options.timers);
    const isOutdated = hello !== undefined && hello.version !== product.version && hello.runs === 0;
    if (hello === undefined || isOutdated || hello.protocol < PROTOCOL_OLDEST || hello.protocol > PROTOCOL_VERSION) {
      if (isOutdated) socket.end(encodeFrame({ id: 0, op: "leave" }));
      else socket.destroy();
      return undefined;
    }
    return { socket, reader };
  }

  #adopt({ socket, reader }: Conversation): void {
    this.#socket = socket;
    socket.on("data", (chunk: Buffer) => this.#received(socket, reader, chunk));
    socket.on("error", () => socket.destroy());
    socket.on("close", () => this.#lost());
    for (const [id, { request }] of this.#pending) socket.write(encodeFrame({ ...request, id }));
    if (this.#listeners.size > 0) void this.#catchUp();
  }

  /**
   * Exits that happened while nobody listened, and runs that nobody knows any more. A run that is asked for anew while
   * the list is underway has another listener then: what the list says is not about it.
   */
  async #catchUp(): Promise<void> {
    const starts = [...this.#pending.values()].flatMap(({ request }) => (request.op === "start" ? [request.run] : []));
    const asked = new Set(starts.map((run) => run.runId));
    const expected = [...this.#listeners].filter(([runId]) => !asked.has(runId));
    const listed = await this.list();
    if (!listed.ok) return;
    const found = new Map(listed.value.map((status) => [status.runId, status]));
    for (const [runId, listener] of expected) {
      const status = found.get(runId) ?? { runId, pid: 0, exit: lostRun };
      if (status.exit && this.#listeners.get(runId) === listener) this.#exited(status);
    }
  }

  #lost(): void {
    this.#socket = undefined;
    if (this.#isClosed) return;
    if (this.#listeners.size + this.#pending.size === 0) return;
    this.#options.logger.log("warn", "the supervisor ended; starting another", { directory: this.#places.directory });
    void this.#connect();
  }

  #received(socket: Socket, reader: FrameReader, chunk: Buffer): void {
    const messages = reader.push(chunk);
    if (!messages.ok) return void socket.destroy();
    for (const message of messages.value as readonly (Answer | Event)[]) {
      if ("event" in message) this.#heard(message);
      else this.#answered(message);
    }
  }

  #answered(answer: Answer): void {
    const pending = this.#pending.get(answer.id);
    this.#pending.delete(answer.id);
    pending?.settle(answer.ok ? ok(answer.value) : err("io", answer.message));
  }

  #heard(message: Event): void {
    if (message.event === "exited") this.#exited(message.status);
    else this.#listeners.get(message.runId)?.outputLost?.(message.bytes, message.cause);
  }

  /** Once for each run: afterwards nobody listens to it. */
  #exited(status: RunStatus): void {
    const listener = this.#listeners.get(status.runId);
    if (listener === undefined || status.exit === undefined) return;
    this.#listeners.delete(status.runId);
    listener.exited(status.exit);
  }

  #failPending(message: string): void {
    for (const { settle } of this.#pending.values()) settle(err("unavailable", message));
    this.#pending.clear();
  }

  #pause(delayMs: number): Promise<void> {
    return new Promise((resolve) => this.#options.timers.after(delayMs, resolve));
  }
}

function open(path: string): Promise<Socket | undefined> {
  return new Promise((resolve) => {
    const socket = createConnection(path);
    socket.once("connect", () => resolve(socket));
    socket.once("error", () => {
      socket.destroy();
      resolve(undefined);
    });
  });
}

/** Events that come with the greeting are dropped: whoever goes on asks for the list. */
function greet(socket: Socket, reader: FrameReader, timers: Timers): Promise<Hello | undefined> {
  return new Promise((resolve) => {
    const finish = (hello: Hello | undefined): void => {
      timer.cancel();
      socket.removeAllListeners("data").removeAllListeners("close");
      resolve(hello);
    };
    const timer = timers.after(GREETING_MS, () => finish(undefined));
    socket.once("close", () => finish(undefined));
    socket.on("data", (chunk: Buffer) => {
      const messages = reader.push(chunk);
      if (!messages.ok) return finish(undefined);
      const answer = (messages.value as readonly (Answer | Event)[]).find((message) => "id" in message);
      if (answer && "id" in answer) finish(answer.ok ? (answer.value as Hello) : undefined);
      return undefined;
    });
    socket.write(encodeFrame({ id: 0, op: "hello", protocol: PROTOCOL_VERSION }));
  });
}
