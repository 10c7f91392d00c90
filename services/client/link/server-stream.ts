import { err, failure, type Failure, ok, type Result, type Timers } from "#core/base";
import { fromWireFailure, NODE_STREAM_VERSION, NodeDown, NodeUp } from "#core/rpc";
import { empty } from "#core/schema";
import { decodeBinary, encodeBinary } from "#core/wire";
import { type ByteStream, reasonOf } from "./connection.ts";

/** A server answers within so long, or is taken for gone. */
const CALL_TIMEOUT_MS = 10_000;
/** Calls that wait for answers. */
const CALLS_MAX = 64;

/** What a server says by itself, and the end of the stream. */
export interface ServerStreamHooks {
  readonly told: (down: NodeDown) => void;
  readonly ended: (reason: Failure) => void;
}

type Settle = (answer: Result<NodeDown>) => void;

/** The node stream to one server: calls with their answers, and what comes unasked. */
export class ServerStream {
  readonly #stream: ByteStream;
  readonly #address: string;
  readonly #region: string;
  readonly #timers: Timers;
  readonly #hooks: ServerStreamHooks;
  readonly #waiting = new Map<number, Settle>();
  #lastCall = 0;
  #isEnded = false;

  constructor(
    stream: ByteStream,
    { address, region, timers }: { readonly address: string; readonly region: string; readonly timers: Timers },
    hooks: ServerStreamHooks,
  ) {
    this.#stream = stream;
    this.#address = address;
    this.#region = region;
    this.#timers = timers;
    this.#hooks = hooks;
    stream.on("data", (bytes: Buffer) => this.#read(bytes));
    stream.on("error", (error: Error) => this.#end(reasonOf(error)));
    stream.on("end", () => this.#end("it ended the stream"));
  }

  /** Resolves with the answer; a server that gives none in time loses the stream. */
  call(up: Partial<NodeUp>, signal: AbortSignal): Promise<Result<NodeDown>> {
    if (signal.aborted) return Promise.resolve(err("cancelled", "the client leaves"));
    if (this.#waiting.size >= CALLS_MAX) return Promise.resolve(err("too_many", "the server owes too many answers"));
    const callId = ++this.#lastCall;
    return new Promise((resolve) => {
      const timeout = this.#timers.after(CALL_TIMEOUT_MS, () =>
        this.#end(`it gave no answer within ${CALL_TIMEOUT_MS / 1000} s`),
      );
      const onAbort = (): void => settle(err("cancelled", "the client leaves"));
      const settle: Settle = (answer) => {
        timeout.cancel();
        signal.removeEventListener("abort", onAbort);
        if (this.#waiting.delete(callId)) resolve(answer);
      };
      this.#waiting.set(callId, settle);
      signal.addEventListener("abort", onAbort, { once: true });
      this.#write({ ...up, callId });
    });
  }

  close(): void {
    this.#end("the client leaves");
  }

  #write(up: Partial<NodeUp>): void {
    const message = { ...up, version: NODE_STREAM_VERSION, region: this.#region, remainingMs: CALL_TIMEOUT_MS };
    const bytes = encodeBinary(NodeUp, empty(NodeUp, message));
    this.#stream.write(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length));
  }

  #read(bytes: Buffer): void {
    if (this.#isEnded) return;
    const down = decodeBinary(NodeDown, bytes);
    if (!down.ok) return this.#end(down.failure.message);
    const { callId, failure: refused } = down.value;
    if (callId === 0) return this.#hooks.told(down.value);
    // An answer that comes too late finds nobody.
    this.#waiting.get(callId)?.(refused ? { ok: false, failure: fromWireFailure(refused) } : ok(down.value));
  }

  #end(reason: string): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    const lost = failure("unavailable", `server ${this.#address}: ${reason}`);
    for (const settle of this.#waiting.values()) settle({ ok: false, failure: lost });
    this.#stream.cancel();
    this.#hooks.ended(lost);
  }
}
