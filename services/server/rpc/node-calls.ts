import { err, failure, FailureError, ok, type Random, type Result, type Timers, uuidFrom } from "#core/base";
import { CallUp, type FileFrame, fromWireFailure, OpenRequest } from "#core/rpc";
import { empty } from "#core/schema";
import { decodeBinary } from "#core/wire";
import type { ByteStream } from "./byte-stream.ts";

/** A node calls back within so long, or has not heard. */
const CALL_BACK_TIMEOUT_MS = 10_000;
/** Calls that nodes owe us. */
const OWED_MAX = 4_096;

type Answer = Result<AsyncIterable<FileFrame>>;
type Settle = (answer: Answer) => void;

/** What was asked of nodes, until they call back. */
export class NodeCalls {
  readonly #owed = new Map<string, Settle>();
  readonly #random: Random;
  readonly #timers: Timers;

  constructor({ random, timers }: { readonly random: Random; readonly timers: Timers }) {
    this.#random = random;
    this.#timers = timers;
  }

  /** Asks through `send`, which says whether the node could be told; resolves with what the node answers. */
  ask(send: (open: OpenRequest) => boolean, wish: Partial<OpenRequest>, signal: AbortSignal): Promise<Answer> {
    if (this.#owed.size >= OWED_MAX)
      return Promise.resolve(err("too_many", "too many requests wait for nodes", { hint: "try again in a moment" }));
    const requestId = uuidFrom(this.#random);
    return new Promise((resolve) => {
      const timeout = this.#timers.after(CALL_BACK_TIMEOUT_MS, () =>
        settle(err("timeout", `the node did not call back within ${CALL_BACK_TIMEOUT_MS / 1000} s`)),
      );
      const onAbort = (): void => settle(err("cancelled", "the caller hung up"));
      const settle: Settle = (answer) => {
        timeout.cancel();
        signal.removeEventListener("abort", onAbort);
        if (this.#owed.delete(requestId)) resolve(answer);
      };
      this.#owed.set(requestId, settle);
      signal.addEventListener("abort", onAbort, { once: true });
      if (!send(empty(OpenRequest, { ...wish, requestId, remainingMs: CALL_BACK_TIMEOUT_MS })))
        settle(err("no_path", "No path to node"));
    });
  }

  /** The first message says which wish is fulfilled; a call that nobody waits for is ended. */
  accept(stream: ByteStream): void {
    const endless = new AbortController();
    stream.on("error", () => endless.abort());
    stream.on("cancelled", () => endless.abort());
    stream.once("data", (bytes: Buffer) => {
      stream.pause();
      const first = decodeBinary(CallUp, bytes);
      const settle = first.ok ? this.#owed.get(first.value.requestId) : undefined;
      if (!first.ok || !settle) return void stream.end();
      if (!first.value.failure) return settle(ok(framesOf(stream, endless.signal)));
      settle({ ok: false, failure: fromWireFailure(first.value.failure) });
      stream.end();
    });
  }
}

/** What the node sends until it ends its side, or its reader stops reading. */
async function* framesOf(stream: ByteStream, broken: AbortSignal): AsyncGenerator<FileFrame> {
  try {
    for await (const bytes of stream as AsyncIterable<Buffer>) {
      const message = decodeBinary(CallUp, bytes);
      if (!message.ok) throw new FailureError(message.failure);
      if (message.value.failure) throw new FailureError(fromWireFailure(message.value.failure));
      if (message.value.frame) yield message.value.frame;
    }
    if (broken.aborted) throw new FailureError(failure("unavailable", "the connection to the node broke"));
  } finally {
    stream.end();
  }
}
