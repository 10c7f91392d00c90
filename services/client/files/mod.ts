/** Reading the files and logs of an allocation: lists, bytes, followed streams. Never outside of its directory. */
export { AllocFiles, type LogStream } from "./alloc-files.ts";
export type { StreamFrame, StreamRequest } from "./frames.ts";
