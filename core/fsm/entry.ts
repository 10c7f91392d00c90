import { err, failureOf, FailureError, ok, type Result } from "#core/base";
import { ByteReader, ByteWriter } from "#core/wire";

/** Nodes may step over an entry of an unknown type that carries this flag; any other unknown type stops them. */
export const FLAG_IGNORABLE = 1;

const ENVELOPE_VERSION = 1;

/**
 * The envelope of a log entry. Whatever the state machine needs of the outside world is in it, put there by the
 * leader: the time, a seed, ids. Field numbers and types are never reused.
 */
export interface LogEntry {
  readonly type: number;
  readonly version: number;
  readonly flags: number;
  readonly timeMs: number;
  readonly seed: number;
  readonly requestId: string;
  readonly payload: Uint8Array;
}

export function encodeEntry(entry: LogEntry): Uint8Array {
  const writer = new ByteWriter();
  writer.byte(ENVELOPE_VERSION);
  writer.uint(entry.type);
  writer.uint(entry.version);
  writer.uint(entry.flags);
  writer.int(entry.timeMs);
  writer.uint(entry.seed);
  writer.text(entry.requestId);
  writer.bytes(entry.payload);
  return writer.finish();
}

export function decodeEntry(bytes: Uint8Array): Result<LogEntry> {
  try {
    const reader = new ByteReader(bytes);
    const envelope = reader.byte();
    if (envelope !== ENVELOPE_VERSION)
      return err("corrupt", `log entry: envelope version ${envelope} is not known here`);
    return ok({
      type: reader.uint(),
      version: reader.uint(),
      flags: reader.uint(),
      timeMs: reader.int(),
      seed: reader.uint(),
      requestId: reader.text(),
      payload: reader.bytes(),
    });
  } catch (error) {
    if (error instanceof FailureError) return { ok: false, failure: failureOf(error) };
    throw error;
  }
}
