import type { Duplex } from "node:stream";
import {
  err,
  type Failure,
  type Logger,
  ok,
  type Random,
  type Result,
  type TimerHandle,
  type Timers,
} from "#core/base";
import type { Node } from "#core/model";
import { methods, type NodeDown, type NodeUp, type OpenRequest, PushReader } from "#core/rpc";
import { answerCall, type NodeRequests } from "./calls.ts";
import { Connections } from "./connection.ts";
import type { AllocationBatch, AllocationUpdate, Heartbeat, Lease, NodeCredentials, ServerLink } from "./contract.ts";
import { Servers } from "./servers.ts";
import { ServerStream } from "./server-stream.ts";
import { TunnelSocket } from "./tunnel.ts";
import { partsOf } from "./updates.ts";

const RECONNECT_FIRST_MS = 250;
const RECONNECT_MAX_MS = 15_000;
/** What servers have asked of this node and it answers at the same time. */
const ANSWERS_AT_ONCE_MAX = 256;

export interface RpcLinkOptions {
  /** `host:port` of the servers' RPC. */
  readonly servers: readonly string[];
  readonly region: string;
  /** What this node can be asked; undefined until it is open. */
  readonly requests: () => NodeRequests | undefined;
  readonly timers: Timers;
  readonly random: Random;
  readonly logger: Logger;
}

interface Watch {
  readonly credentials: NodeCredentials;
  readonly onBatch: (batch: AllocationBatch) => void;
}

/** The link to one of several servers over the node stream. A server that fails is left for the next one. */
export class RpcLink implements ServerLink {
  readonly #options: RpcLinkOptions;
  readonly #servers: Servers;
  readonly #leaving = new AbortController();
  #connections: Connections | undefined;
  #stream: ServerStream | undefined;
  #reader = new PushReader();
  #watch: Watch | undefined;
  #isWatching = false;
  #reconnect: TimerHandle | undefined;
  #failures = 0;
  #answers = 0;
  #trouble: string | undefined = "no server has answered yet";

  constructor(options: RpcLinkOptions) {
    this.#options = options;
    this.#servers = new Servers(options.servers, options.random);
  }

  /** The servers that it knows, the one in use first. */
  get servers(): readonly string[] {
    return this.#servers.all;
  }

  /** Why no server works for this client; undefined when one does. */
  get trouble(): string | undefined {
    return this.#trouble;
  }

  async register(node: Node, signal: AbortSignal): Promise<Result<Lease>> {
    const lease = leaseOf(await this.#call({ register: node }, signal));
    // A server that forgot the node has forgotten the watch too.
    if (lease.ok && !this.#isWatching) void this.#startWatch();
    return lease;
  }

  async heartbeat({ status, ...credentials }: Heartbeat, signal: AbortSignal): Promise<Result<Lease>> {
    return leaseOf(await this.#call({ heartbeat: { credentials, status } }, signal));
  }

  async updateAllocations(updates: readonly AllocationUpdate[], signal: AbortSignal): Promise<Result<void>> {
    const credentials = this.#watch?.credentials;
    if (!credentials) return err("unavailable", "the node is not registered yet");
    for (const reports of partsOf(updates)) {
      const sent = await this.#call({ reports: { credentials, reports } }, signal);
      if (!sent.ok) return sent;
    }
    return ok(undefined);
  }

  watchAllocations(credentials: NodeCredentials, onBatch: (batch: AllocationBatch) => void): Disposable {
    this.#watch = { credentials, onBatch };
    void this.#startWatch();
    return { [Symbol.dispose]: () => (this.#watch = undefined) };
  }

  /** A byte stream to the HTTP API of the server in use; undefined when there is none. */
  http(): Duplex | undefined {
    if (!this.#current()) return undefined;
    return this.#connections && new TunnelSocket(this.#connections.data(methods.http));
  }

  close(): void {
    this.#leaving.abort();
    this.#reconnect?.cancel();
    this.#watch = undefined;
    this.#stream?.close();
    this.#connections?.close();
  }

  async #call(up: Partial<NodeUp>, signal: AbortSignal): Promise<Result<NodeDown>> {
    const stream = this.#current();
    if (!stream) return err("no_path", "no server is known", { hint: "name one in client.servers" });
    const answer = await stream.call(up, signal);
    if (answer.ok) this.#failures = 0;
    this.#trouble = answer.ok ? undefined : answer.failure.message;
    return answer;
  }

  #current(): ServerStream | undefined {
    const address = this.#servers.current;
    if (this.#stream || address === undefined || this.#leaving.signal.aborted) return this.#stream;
    const { region, timers } = this.#options;
    const connections = new Connections(address);
    const hooks = {
      told: (down: NodeDown) => this.#told(down),
      ended: (reason: Failure) => this.#lost(connections, reason),
    };
    this.#connections = connections;
    this.#reader = new PushReader();
    this.#stream = new ServerStream(connections.control(methods.nodeStream), { address, region, timers }, hooks);
    return this.#stream;
  }

  #told(down: NodeDown): void {
    if (down.open) return void this.#fulfil(down.open);
    if (!down.allocations) return;
    const batch = this.#reader.read(down.allocations);
    if (!batch.ok) return this.#stream?.close();
    if (batch.value) this.#watch?.onBatch(batch.value);
  }

  async #fulfil(open: OpenRequest): Promise<void> {
    const requests = this.#options.requests();
    // The server gives up by itself; a node that is drowning must not take more on.
    if (!requests || !this.#connections || this.#answers >= ANSWERS_AT_ONCE_MAX) return;
    this.#answers++;
    await answerCall(this.#connections.data(methods.nodeCall), open, requests);
    this.#answers--;
  }

  async #startWatch(): Promise<void> {
    if (!this.#watch || this.#isWatching) return;
    this.#isWatching = true;
    const watched = await this.#call({ watch: this.#watch.credentials }, this.#leaving.signal);
    if (watched.ok) return;
    this.#isWatching = false;
    // Unknown to the server: the next registration asks again.
    if (watched.failure.code !== "not_found") this.#watchLater();
  }

  #lost(connections: Connections, reason: Failure): void {
    connections.close();
    if (this.#connections !== connections) return;
    this.#connections = undefined;
    this.#stream = undefined;
    this.#trouble = reason.message;
    this.#isWatching = false;
    if (this.#leaving.signal.aborted) return;
    this.#servers.failed(connections.address);
    if (this.#failures++ === 0) this.#options.logger.log("warn", `lost the node stream: ${reason.message}`);
    this.#watchLater();
  }

  #watchLater(): void {
    if (this.#reconnect || !this.#watch || this.#leaving.signal.aborted) return;
    const backoffMs = Math.min(RECONNECT_FIRST_MS * 2 ** Math.min(this.#failures, 8), RECONNECT_MAX_MS);
    const delayMs = backoffMs / 2 + this.#options.random.below(Math.ceil(backoffMs / 2) + 1);
    this.#reconnect = this.#options.timers.after(delayMs, () => {
      this.#reconnect = undefined;
      void this.#startWatch();
    });
  }
}

function leaseOf(answer: Result<NodeDown>): Result<Lease> {
  if (!answer.ok) return answer;
  return answer.value.lease ? ok(answer.value.lease) : err("corrupt", "the server's answer carries no lease");
}
