import type { ServerDuplexStream } from "@grpc/grpc-js";

/** A stream of messages, each still in bytes. */
export type ByteStream = ServerDuplexStream<Buffer, Buffer>;
