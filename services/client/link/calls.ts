import { failure, failureOf, type Result } from "#core/base";
import { CallUp, type LogsRequest, type OpenRequest, toWireFailure } from "#core/rpc";
import { empty } from "#core/schema";
import { encodeBinary } from "#core/wire";
import type { StreamFrame } from "#client/files";
import type { ByteStream } from "./connection.ts";

/** What servers may ask of a node. */
export interface NodeRequests {
  logs(request: LogsRequest, signal: AbortSignal): Result<AsyncIterable<StreamFrame>>;
}

/** Fulfils what a server asks: the answer goes up `stream`, and ends early when the server has read enough. */
export async function answerCall(stream: ByteStream, open: OpenRequest, requests: NodeRequests): Promise<void> {
  const hungUp = new AbortController();
  for (const event of ["end", "error", "close"]) stream.on(event, () => hungUp.abort());
  stream.resume();
  const asked = openFrames(open, requests, hungUp.signal);
  if (!asked.ok) {
    await send(stream, { requestId: open.requestId, failure: toWireFailure(asked.failure) }, hungUp.signal);
    return void stream.end();
  }
  try {
    await send(stream, { requestId: open.requestId }, hungUp.signal);
    for await (const { file, offset, data, fileEvent } of asked.value) {
      const frame = { file, offset, data: data ?? null, fileEvent: fileEvent ?? "" };
      await send(stream, { frame }, hungUp.signal);
      if (hungUp.signal.aborted) break;
    }
  } catch (error) {
    await send(stream, { failure: toWireFailure(failureOf(error)) }, hungUp.signal);
  }
  stream.end();
}

function openFrames(
  open: OpenRequest,
  requests: NodeRequests,
  signal: AbortSignal,
): Result<AsyncIterable<StreamFrame>> {
  if (open.logs) return requests.logs(open.logs, signal);
  return { ok: false, failure: failure("not_built", "this client does not know what the server asks") };
}

/** Resolves when more may be written. */
function send(stream: ByteStream, message: Partial<CallUp>, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  const bytes = encodeBinary(CallUp, empty(CallUp, message));
  if (stream.write(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length))) return Promise.resolve();
  return new Promise((resolve) => {
    const done = (): void => {
      stream.removeListener("drain", done);
      signal.removeEventListener("abort", done);
      resolve();
    };
    stream.once("drain", done);
    signal.addEventListener("abort", done, { once: true });
  });
}
