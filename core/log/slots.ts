import { crc32c, utf8Encode } from "#core/base";
import { ByteView } from "./bytes.ts";
import { type Disk, type LogIdentity, SLOTS_NAME } from "./disk.ts";
import { HARD_STATE_BYTES, readHardState, type StoredHardState, writeHardState } from "./hard-state.ts";
import { readAttested } from "./batch.ts";
import type { Attested } from "./segment.ts";

/**
 * The hard state and where the log stood, outside the log, in two slots that are written in turn: a torn write
 * leaves the other one. Each lies in its own 4 KiB block.
 */
export interface Slot {
  readonly hardState: StoredHardState;
  /** How far the log was durable when this was written. */
  readonly durable: Attested;
  /** The segment that was being written; it exists on disk. */
  readonly activeSequence: number;
}

export const SLOT_BYTES = 4096;
const CHECKSUM_AT = SLOT_BYTES - 4;
const DURABLE_AT = 8 + HARD_STATE_BYTES;

function seedOf(identity: LogIdentity): number {
  return crc32c(utf8Encode(`${identity.clusterId}/${identity.serverId}/slots`));
}

export function encodeSlot(slot: Slot, identity: LogIdentity): Uint8Array {
  const bytes = new Uint8Array(SLOT_BYTES);
  const view = new ByteView(bytes);
  view.setU64(0, slot.activeSequence);
  writeHardState(view, 8, slot.hardState);
  view.setU64(DURABLE_AT, slot.durable.sequence);
  view.setU64(DURABLE_AT + 8, slot.durable.offset);
  view.setU64(DURABLE_AT + 16, slot.durable.index);
  view.setU64(DURABLE_AT + 24, slot.durable.term);
  view.setU32(CHECKSUM_AT, crc32c(bytes, seedOf(identity), 0, CHECKSUM_AT));
  return bytes;
}

export function decodeSlot(bytes: Uint8Array, identity: LogIdentity): Slot | undefined {
  if (bytes.length < SLOT_BYTES) return undefined;
  const view = new ByteView(bytes);
  if (view.u32(CHECKSUM_AT) !== crc32c(bytes, seedOf(identity), 0, CHECKSUM_AT)) return undefined;
  const activeSequence = view.u64(0);
  const hardState = readHardState(view, 8);
  const durable = readAttested(view, DURABLE_AT);
  if (activeSequence === undefined || hardState === undefined || durable === undefined) return undefined;
  return { activeSequence, hardState, durable };
}

export function readSlots(disk: Disk, identity: LogIdentity): (Slot | undefined)[] {
  if (disk.size(SLOTS_NAME) === undefined) return [undefined, undefined];
  return [0, SLOT_BYTES].map((offset) => decodeSlot(disk.read(SLOTS_NAME, offset, SLOT_BYTES), identity));
}
