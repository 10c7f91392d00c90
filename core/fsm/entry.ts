import { err, failureOf, FailureError, ok, type Result, utf8Decode } from "#core/base";
import { ByteReader, ByteWriter, Slab } from "#core/wire";

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

/** Entries live until the log is compacted, all about equally long. */
const slab = new Slab();

export function encodeEntry(entry: Omit<LogEntry, "payload">, writePayload: (writer: ByteWriter) => void): Uint8Array {
  const writer = new ByteWriter(slab);
  writer.byte(ENVELOPE_VERSION);
  writer.uint(entry.type);
  writer.uint(entry.version);
  writer.uint(entry.flags);
  writer.int(entry.timeMs);
  writer.uint(entry.seed);
  writer.text(entry.requestId);
  writer.nested(writePayload);
  return writer.finish();
}

/** An entry over its bytes. Only those who trace a request read its id: its text is made when asked for. */
export class ReadEntry implements LogEntry {
  readonly type: number;
  readonly version: number;
  readonly flags: number;
  readonly timeMs: number;
  readonly seed: number;
  readonly #requestId: ByteReader;
  /** Over the payload, to be read once. */
  readonly content: ByteReader;

  constructor(reader: ByteReader) {
    this.type = reader.uint();
    this.version = reader.uint();
    this.flags = reader.uint();
    this.timeMs = reader.int();
    this.seed = reader.uint();
    this.#requestId = reader.part();
    this.content = reader.part();
  }

  get requestId(): string {
    return utf8Decode(this.#requestId.rest());
  }

  get payload(): Uint8Array {
    return this.content.rest();
  }
}

export function decodeEntry(bytes: Uint8Array): Result<ReadEntry> {
  try {
    const reader = new ByteReader(bytes);
    const envelope = reader.byte();
    if (envelope !== ENVELOPE_VERSION)
      return err("corrupt", `log entry: envelope version ${envelope} is not known here`);
    return ok(new ReadEntry(reader));
  } catch (error) {
    if (error instanceof FailureError) return { ok: false, failure: failureOf(error) };
    throw error;
  }
}
