import { assert, utf8Decode, utf8Encode } from "#core/base";
import { type EntryRecords, entryRecordsBytes, type LaidOutBatch, layOutEntries, type LogBatch } from "#core/log";

/** What the main thread asks of the worker. `isComplete` is false for the front pieces of a batch too large for the ring. */
export type LogCommand =
  | { readonly type: "append"; readonly batch: LogBatch; readonly isComplete: boolean }
  | { readonly type: "release"; readonly before: number }
  | { readonly type: "close" };

/** A command as the worker finds it: entries are records already. */
export type WorkerCommand =
  | { readonly type: "append"; readonly batch: LaidOutBatch; readonly isComplete: boolean }
  | Exclude<LogCommand, { readonly type: "append" }>;

const APPEND = 1;
const RELEASE = 2;
const CLOSE = 3;
const HAS_TRUNCATE = 1;
const HAS_RESET = 2;
const HAS_HARD_STATE = 4;
const IS_COMPLETE = 8;
/** Offsets: 0 type, 4 flags, 8 the one number of a command (epoch, or index to release before). */
const FIXED_BYTES = 16;
/** Offsets: 16 bytes of the records, 24 count, 32 first index, 40 last index, 48 term of the last; then the records. */
const APPEND_BYTES = FIXED_BYTES + 40;

export function commandBytes(command: LogCommand): number {
  if (command.type !== "append") return FIXED_BYTES;
  const { batch } = command;
  let bytes = APPEND_BYTES + (batch.truncateAfter === undefined ? 0 : 8) + (batch.reset === undefined ? 0 : 16);
  if (batch.hardState !== undefined) bytes += 24 + utf8Encode(batch.hardState.vote ?? "").length;
  return bytes + entryRecordsBytes(batch.entries);
}

export function encodeCommand(command: LogCommand, target: Uint8Array): void {
  const view = new DataView(target.buffer, target.byteOffset, target.byteLength);
  if (command.type === "close") view.setUint32(0, CLOSE, true);
  else if (command.type === "release") {
    view.setUint32(0, RELEASE, true);
    view.setFloat64(8, command.before, true);
  } else encodeAppend(command.batch, command.isComplete, view, target);
}

function encodeAppend(batch: LogBatch, isComplete: boolean, view: DataView, target: Uint8Array): void {
  const recordsEnd = APPEND_BYTES + entryRecordsBytes(batch.entries);
  const records = layOutEntries(batch.entries, target.subarray(APPEND_BYTES, recordsEnd));
  view.setUint32(0, APPEND, true);
  view.setUint32(4, flagsOf(batch, isComplete), true);
  const { count, firstIndex, lastIndex, lastTerm } = records;
  let at = 8;
  const number = (value: number): void => {
    view.setFloat64(at, value, true);
    at += 8;
  };
  for (const value of [batch.epoch, records.bytes.length, count, firstIndex, lastIndex, lastTerm]) number(value);
  at = recordsEnd;
  if (batch.truncateAfter !== undefined) number(batch.truncateAfter);
  if (batch.reset !== undefined) for (const value of [batch.reset.index, batch.reset.term]) number(value);
  if (batch.hardState === undefined) return;
  const vote = utf8Encode(batch.hardState.vote ?? "");
  for (const value of [batch.hardState.term, batch.hardState.mustReach]) number(value);
  number(batch.hardState.vote === undefined ? -1 : vote.length);
  target.set(vote, at);
}

function flagsOf(batch: LogBatch, isComplete: boolean): number {
  return (
    (batch.truncateAfter === undefined ? 0 : HAS_TRUNCATE) |
    (batch.reset === undefined ? 0 : HAS_RESET) |
    (batch.hardState === undefined ? 0 : HAS_HARD_STATE) |
    (isComplete ? IS_COMPLETE : 0)
  );
}

/** The records of entries stay in the shared memory: they are valid until the ring is consumed. */
export function decodeCommand(bytes: Uint8Array): WorkerCommand {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const type = view.getUint32(0, true);
  if (type === CLOSE) return { type: "close" };
  if (type === RELEASE) return { type: "release", before: view.getFloat64(8, true) };
  assert(type === APPEND, () => `unknown worker command ${type}`);
  return decodeAppend(bytes, view);
}

function decodeAppend(bytes: Uint8Array, view: DataView): WorkerCommand {
  const flags = view.getUint32(4, true);
  const records = decodeRecords(bytes, view);
  let at = APPEND_BYTES + records.bytes.length;
  const number = (): number => {
    at += 8;
    return view.getFloat64(at - 8, true);
  };
  const truncateAfter = flags & HAS_TRUNCATE ? number() : undefined;
  const reset = flags & HAS_RESET ? { index: number(), term: number() } : undefined;
  let hardState: LogBatch["hardState"];
  if (flags & HAS_HARD_STATE) {
    const [term, mustReach, voteLength] = [number(), number(), number()];
    const vote = voteLength < 0 ? undefined : utf8Decode(bytes.slice(at, at + voteLength));
    hardState = { term, mustReach, vote };
  }
  const batch = { epoch: view.getFloat64(8, true), truncateAfter, reset, hardState, records };
  return { type: "append", batch, isComplete: (flags & IS_COMPLETE) !== 0 };
}

function decodeRecords(bytes: Uint8Array, view: DataView): EntryRecords {
  const length = view.getFloat64(16, true);
  return {
    bytes: bytes.subarray(APPEND_BYTES, APPEND_BYTES + length),
    count: view.getFloat64(24, true),
    firstIndex: view.getFloat64(32, true),
    lastIndex: view.getFloat64(40, true),
    lastTerm: view.getFloat64(48, true),
  };
}
