import { err, FailureError, failureOf, ok, type Result } from "#core/base";
import { persist, restore } from "#core/fsm";
import { type Configuration, decodeConfiguration, encodeConfiguration } from "#core/raft";
import type { Store } from "#core/store";
import { ByteReader, ByteWriter } from "#core/wire";

/** What Raft must know of a snapshot beside the state in it. */
export interface SnapshotHead {
  readonly index: number;
  readonly term: number;
  readonly configuration: Configuration;
}

/** A snapshot file: the head with a length, then the state as `core/fsm` writes it. */
export function* snapshotPieces(store: Store, head: SnapshotHead): Generator<Uint8Array> {
  const writer = new ByteWriter();
  const inner = new ByteWriter();
  inner.uint(head.index);
  inner.uint(head.term);
  inner.bytes(encodeConfiguration(head.configuration));
  writer.bytes(inner.finish());
  yield writer.finish();
  yield* persist(store);
}

export function readSnapshot(bytes: Uint8Array): Result<{ readonly head: SnapshotHead; readonly store: Store }> {
  try {
    const reader = new ByteReader(bytes);
    const inner = new ByteReader(reader.bytes());
    const [index, term] = [inner.uint(), inner.uint()];
    const configuration = decodeConfiguration(inner.bytes());
    if (configuration === undefined) return err("corrupt", "snapshot: its configuration does not decode");
    const store = restore(bytes.subarray(bytes.length - reader.remaining));
    return store.ok ? ok({ head: { index, term, configuration }, store: store.value }) : store;
  } catch (error) {
    if (error instanceof FailureError) return err("corrupt", `snapshot: ${failureOf(error).message}`);
    throw error;
  }
}
