import { assert, err, type Failure, type Logger, ok, type Result } from "#core/base";
import {
  NODE_STREAM_VERSION,
  NodeCredentials,
  NodeDown,
  NodeUp,
  type OpenRequest,
  splitPush,
  toWireFailure,
} from "#core/rpc";
import { empty } from "#core/schema";
import { decodeBinary, encodeBinary } from "#core/wire";
import type { ByteStream } from "./byte-stream.ts";
import type { NodesPort } from "./ports.ts";

/** gRPC's FAILED_PRECONDITION: trying again without a change is of no use. */
const FAILED_PRECONDITION = 9;
/** A node waits for answers; one that does not gets no more read from it. */
const CALLS_AT_ONCE_MAX = 16;
/** Messages that wait for a slow node; beyond this its stream ends, and it begins anew with all its allocations. */
const WAITING_MAX = 512;

export interface NodeStreamOptions {
  readonly nodes: NodesPort;
  readonly region: string;
  readonly logger: Logger;
}

/** One node's stream, from the server's side. */
export class NodeStream {
  readonly #stream: ByteStream;
  readonly #options: NodeStreamOptions;
  readonly #proven: (nodeId: string, stream: NodeStream) => Disposable;
  #callsAtOnce = 0;
  #watch: Disposable | undefined;
  #registration: Disposable | undefined;
  #isEnded = false;

  constructor(
    stream: ByteStream,
    options: NodeStreamOptions,
    proven: (nodeId: string, stream: NodeStream) => Disposable,
  ) {
    this.#stream = stream;
    this.#options = options;
    this.#proven = proven;
  }

  start(): void {
    this.#stream.on("data", (bytes: Buffer) => this.#read(bytes));
    this.#stream.on("end", () => this.end(ok(undefined)));
    // A cancelled call and a broken connection arrive as these two.
    this.#stream.on("cancelled", () => this.#release());
    this.#stream.on("error", () => this.#release());
  }

  /** Sends the node a wish; false when its stream is over. */
  ask(open: OpenRequest): boolean {
    return this.#write({ open });
  }

  /** Ends the stream; a failure tells the node why. */
  end(reason: Result<void>): void {
    if (this.#isEnded) return;
    this.#release();
    if (reason.ok) this.#stream.end();
    else this.#stream.emit("error", { code: FAILED_PRECONDITION, details: reason.failure.message });
  }

  #release(): void {
    this.#isEnded = true;
    this.#watch?.[Symbol.dispose]();
    this.#registration?.[Symbol.dispose]();
    this.#watch = undefined;
    this.#registration = undefined;
  }

  #read(bytes: Buffer): void {
    const read = decodeBinary(NodeUp, bytes);
    if (!read.ok) return this.end(read);
    if (++this.#callsAtOnce >= CALLS_AT_ONCE_MAX) this.#stream.pause();
    void this.#answer(read.value).then((answer) => {
      this.#write({ ...answer, callId: read.value.callId });
      if (this.#callsAtOnce-- === CALLS_AT_ONCE_MAX) this.#stream.resume();
    });
  }

  async #answer(up: NodeUp): Promise<Partial<NodeDown>> {
    const refused = this.#mismatch(up);
    if (refused) return { failure: toWireFailure(refused) };
    const done = await this.#do(up);
    if (!done.ok) return { failure: toWireFailure(done.failure) };
    return done.value === undefined ? {} : { lease: { heartbeatTtlMs: done.value.heartbeatTtlMs } };
  }

  #mismatch({ version, region }: NodeUp): Failure | undefined {
    const { region: own } = this.#options;
    const refusal = (message: string, hint: string): Failure => {
      const refused = err("denied", message, { hint });
      return refused.failure;
    };
    if (version > NODE_STREAM_VERSION)
      return refusal(
        `the client speaks version ${version} of the node stream, this server up to ${NODE_STREAM_VERSION}`,
        "upgrade the servers before the clients",
      );
    if (region !== own)
      return refusal(
        `the client is of region ${JSON.stringify(region)}, this server of ${JSON.stringify(own)}`,
        "set region alike in both configurations, or name servers of the client's region",
      );
    return undefined;
  }

  #do(up: NodeUp): Promise<Result<{ readonly heartbeatTtlMs: number } | undefined>> {
    const { nodes } = this.#options;
    if (up.register) return nodes.register(up.register);
    if (up.heartbeat) {
      const { credentials, status: nodeStatus } = up.heartbeat;
      return nodes.heartbeat(credentials.nodeId, secretOf(credentials), nodeStatus);
    }
    if (up.reports) return this.#report(up.reports.credentials, up.reports.reports ?? []);
    if (up.watch) return Promise.resolve(this.#startWatch(up.watch));
    return Promise.resolve(err("bad_request", "the node stream does not know this call"));
  }

  async #report(credentials: NodeCredentials, reports: Parameters<NodesPort["report"]>[2]): Promise<Result<undefined>> {
    const reported = await this.#options.nodes.report(credentials.nodeId, secretOf(credentials), reports);
    return reported.ok ? ok(undefined) : reported;
  }

  #startWatch(credentials: NodeCredentials): Result<undefined> {
    this.#watch?.[Symbol.dispose]();
    this.#registration?.[Symbol.dispose]();
    const watched = this.#options.nodes.watch(credentials.nodeId, secretOf(credentials), (batch) => {
      for (const allocations of splitPush(batch)) this.#write({ allocations });
    });
    if (!watched.ok) return watched;
    // The first push may have ended the stream already.
    if (this.#isEnded) watched.value[Symbol.dispose]();
    else {
      this.#watch = watched.value;
      this.#registration = this.#proven(credentials.nodeId, this);
    }
    return ok(undefined);
  }

  #write(down: Partial<NodeDown>): boolean {
    if (this.#isEnded) return false;
    if (this.#stream.writableLength >= WAITING_MAX) {
      this.end(err("too_many", "the node does not read what it is sent"));
      return false;
    }
    const bytes = encodeBinary(NodeDown, empty(NodeDown, down));
    assert(bytes.length > 0 || down.callId === 0, "an answer names its call");
    this.#stream.write(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length));
    return true;
  }
}

function secretOf({ secretId }: NodeCredentials): string {
  return secretId.reveal("authenticate");
}
