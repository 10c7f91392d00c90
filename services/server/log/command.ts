import { assert, utf8Decode, utf8Encode } from "#core/base";
import type { LogBatch, LogEntry, LogEntryKind } from "#core/log";

/** What the main thread asks of the worker. `isComplete` is false for the front pieces of a batch too large for the ring. */
export type WorkerCommand =
  | { readonly type: "append"; readonly batch: LogBatch; readonly isComplete: boolean }
  | { readonly type: "release"; readonly before: number }
  | { readonly type: "close" };

const kinds: readonly LogEntryKind[] = ["command", "noop", "configuration"];
const APPEND = 1;
const RELEASE = 2;
const CLOSE = 3;
const HAS_TRUNCATE = 1;
const HAS_RESET = 2;
const HAS_HARD_STATE = 4;
const IS_COMPLETE = 8;
const FIXED_BYTES = 16;
const ENTRY_HEAD_BYTES = 24;

export function commandBytes(command: WorkerCommand): number {
  if (command.type !== "append") return FIXED_BYTES;
  const { batch } = command;
  let bytes = FIXED_BYTES + 8 + (batch.truncateAfter === undefined ? 0 : 8) + (batch.reset === undefined ? 0 : 16);
  if (batch.hardState !== undefined) bytes += 24 + utf8Encode(batch.hardState.vote ?? "").length;
  for (const entry of batch.entries) bytes += ENTRY_HEAD_BYTES + entry.data.length;
  return bytes;
}

export function encodeCommand(command: WorkerCommand, target: Uint8Array): void {
  const view = new DataView(target.buffer, target.byteOffset, target.byteLength);
  if (command.type === "close") view.setUint32(0, CLOSE, true);
  else if (command.type === "release") {
    view.setUint32(0, RELEASE, true);
    view.setFloat64(8, command.before, true);
  } else encodeAppend(command.batch, command.isComplete, view, target);
}

function encodeAppend(batch: LogBatch, isComplete: boolean, view: DataView, target: Uint8Array): void {
  let at = FIXED_BYTES + 8;
  const number = (value: number): void => {
    view.setFloat64(at, value, true);
    at += 8;
  };
  view.setUint32(0, APPEND, true);
  view.setUint32(4, flagsOf(batch, isComplete), true);
  view.setFloat64(8, batch.epoch, true);
  view.setUint32(16, batch.entries.length, true);
  if (batch.truncateAfter !== undefined) number(batch.truncateAfter);
  if (batch.reset !== undefined) for (const value of [batch.reset.index, batch.reset.term]) number(value);
  if (batch.hardState !== undefined) {
    const vote = utf8Encode(batch.hardState.vote ?? "");
    for (const value of [batch.hardState.term, batch.hardState.mustReach]) number(value);
    number(batch.hardState.vote === undefined ? -1 : vote.length);
    target.set(vote, at);
    at += vote.length;
  }
  for (const entry of batch.entries) {
    number(entry.index);
    number(entry.term);
    view.setUint32(at, kinds.indexOf(entry.kind), true);
    view.setUint32(at + 4, entry.data.length, true);
    target.set(entry.data, at + 8);
    at += 8 + entry.data.length;
  }
}

function flagsOf(batch: LogBatch, isComplete: boolean): number {
  return (
    (batch.truncateAfter === undefined ? 0 : HAS_TRUNCATE) |
    (batch.reset === undefined ? 0 : HAS_RESET) |
    (batch.hardState === undefined ? 0 : HAS_HARD_STATE) |
    (isComplete ? IS_COMPLETE : 0)
  );
}

/** The data of entries stays in the shared memory: it is valid until the ring is consumed. */
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
  let at = FIXED_BYTES + 8;
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
    at += Math.max(0, voteLength);
    hardState = { term, mustReach, vote };
  }
  const entries: LogEntry[] = [];
  for (let left = view.getUint32(16, true); left > 0; left--) {
    const [index, term] = [number(), number()];
    const kind = kinds[view.getUint32(at, true)] as LogEntryKind;
    const length = view.getUint32(at + 4, true);
    entries.push({ index, term, kind, data: bytes.subarray(at + 8, at + 8 + length) });
    at += 8 + length;
  }
  const batch = { epoch: view.getFloat64(8, true), truncateAfter, reset, hardState, entries };
  return { type: "append", batch, isComplete: (flags & IS_COMPLETE) !== 0 };
}
