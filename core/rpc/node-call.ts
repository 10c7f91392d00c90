import { bool, bytes, int, ref, struct, text, type DraftFields, type InferFields, type Struct } from "#core/schema";
import { WireFailure } from "./failure.ts";

const logsRequestFields = {
  allocId: text(1),
  task: text(2),
  /** `stdout` or `stderr`. */
  stream: text(3),
  /** `start` or `end`: where the offset is counted from. */
  origin: text(4),
  offset: int(5),
  follow: bool(6),
};
/** What of a task's log is wanted. */
export interface LogsRequest extends InferFields<typeof logsRequestFields> {}
export const LogsRequest: Struct<LogsRequest, DraftFields<typeof logsRequestFields>> = struct(
  "RpcLogsRequest",
  logsRequestFields,
);

const openRequestFields = {
  /** Made by the server, good for one call. */
  requestId: text(1),
  remainingMs: int(2),
  logs: ref(3, () => LogsRequest, { nullable: true }),
};
/** A server wants something of a node: the node answers with a call of its own on its second connection. */
export interface OpenRequest extends InferFields<typeof openRequestFields> {}
export const OpenRequest: Struct<OpenRequest, DraftFields<typeof openRequestFields>> = struct(
  "RpcOpenRequest",
  openRequestFields,
);

const fileFrameFields = {
  file: text(1),
  offset: int(2),
  data: bytes(3, { nullable: true }),
  fileEvent: text(4),
};
/** A piece of a file; with neither data nor event it only says that the stream lives. */
export interface FileFrame extends InferFields<typeof fileFrameFields> {}
const FileFrame: Struct<FileFrame, DraftFields<typeof fileFrameFields>> = struct("RpcFileFrame", fileFrameFields);

const callUpFields = {
  /** Set in the first message only, which says which wish the call fulfils and, where it cannot, why. */
  requestId: text(1),
  failure: ref(2, () => WireFailure, { nullable: true }),
  frame: ref(3, () => FileFrame, { nullable: true }),
};
/** From a node to the server that asked; the end of the stream is the end of the answer. */
export interface CallUp extends InferFields<typeof callUpFields> {}
export const CallUp: Struct<CallUp, DraftFields<typeof callUpFields>> = struct("RpcCallUp", callUpFields);
