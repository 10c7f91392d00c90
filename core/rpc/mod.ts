/**
 * What agents say to each other: methods and messages, declared once. Messages go in the binary form of core/wire;
 * field numbers are stable for ever, and readers step over those that they do not know.
 */
export { fromWireFailure, toWireFailure, WireFailure } from "./failure.ts";
export { MESSAGE_BYTES_MAX, type Method, methods, PART_BYTES } from "./methods.ts";
export { CallUp, type FileFrame, LogsRequest, OpenRequest } from "./node-call.ts";
export { AllocationPush, NODE_STREAM_VERSION, NodeCredentials, NodeDown, NodeUp } from "./node-stream.ts";
export { type AllocationChanges, PushReader, splitPush } from "./push.ts";
