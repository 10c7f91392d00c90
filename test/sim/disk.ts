import type { Random } from "#core/base";
import type { Disk } from "#core/log";

/** A disk operation that a fault may hit. */
export type DiskOperation = "read" | "write" | "sync" | "rename" | "remove" | "sync-folder";

/** What a disk operation fails with; the program under test must then stop for good. */
export class DiskFault extends Error {
  override readonly name = "DiskFault";
  readonly code: "EIO" | "ENOSPC";

  constructor(code: DiskFault["code"]) {
    super(`${code}: injected`);
    this.code = code;
  }
}

interface PendingWrite {
  readonly offset: number;
  readonly bytes: Uint8Array;
}

/** A file's content as programs see it, as the medium has it, and the writes between the two. */
class Inode {
  live = new Uint8Array(0);
  liveLength = 0;
  synced = new Uint8Array(0);
  syncedLength = 0;
  pending: PendingWrite[] = [];
}

type NameChange =
  | { readonly type: "create"; readonly name: string; readonly inode: Inode }
  | { readonly type: "rename"; readonly from: string; readonly to: string }
  | { readonly type: "remove"; readonly name: string };

export const SECTOR_BYTES = 512;

/**
 * A disk with the promises of a real one and not more: a write is lost by a crash unless its file was synced, a name
 * unless its folder was; of what was not synced any part may survive, sector by sector.
 */
export class SimulatedDisk implements Disk {
  readonly #names = new Map<string, Inode>();
  readonly #durableNames = new Map<string, Inode>();
  #nameChanges: NameChange[] = [];
  /** Throws to make an operation fail; `growth` is by how many bytes a write makes its file longer. */
  onOperation: (operation: DiskOperation, name: string, growth: number) => void = () => {};

  list(): readonly string[] {
    return [...this.#names.keys()].sort();
  }

  size(name: string): number | undefined {
    return this.#names.get(name)?.liveLength;
  }

  read(name: string, offset: number, length: number): Uint8Array {
    this.onOperation("read", name, 0);
    return this.peek(name, offset, length);
  }

  /** As `read`, past any fault. */
  peek(name: string, offset: number, length: number): Uint8Array {
    const inode = this.#inode(name);
    return inode.live.slice(Math.min(offset, inode.liveLength), Math.min(offset + length, inode.liveLength));
  }

  write(name: string, offset: number, bytes: Uint8Array): void {
    const end = offset + bytes.length;
    try {
      this.onOperation("write", name, Math.max(0, end - (this.size(name) ?? 0)));
    } catch (error) {
      this.#put(name, offset, bytes.subarray(0, bytes.length >> 1));
      throw error;
    }
    this.#put(name, offset, bytes);
  }

  #put(name: string, offset: number, bytes: Uint8Array): void {
    const inode = this.#names.get(name) ?? this.#create(name);
    const write = { offset, bytes: bytes.slice() };
    inode.pending.push(write);
    inode.liveLength = Math.max(inode.liveLength, offset + bytes.length);
    inode.live = put(inode.live, write);
  }

  sync(name: string): void {
    const inode = this.#inode(name);
    try {
      this.onOperation("sync", name, 0);
    } catch (error) {
      // The kernel calls the pages clean: they are read back, and never written again.
      inode.pending = [];
      throw error;
    }
    for (const write of inode.pending) settle(inode, write);
    inode.pending = [];
  }

  rename(from: string, to: string): void {
    this.onOperation("rename", from, 0);
    this.#change({ type: "rename", from, to });
  }

  remove(name: string): void {
    this.onOperation("remove", name, 0);
    this.#change({ type: "remove", name });
  }

  syncFolder(): void {
    this.onOperation("sync-folder", "", 0);
    for (const change of this.#nameChanges) applyChange(this.#durableNames, change);
    this.#nameChanges = [];
  }

  /** The power fails: a random part of what was not synced survives. */
  crash(random: Random): void {
    this.onOperation = () => {};
    for (const change of this.#nameChanges.slice(0, random.below(this.#nameChanges.length + 1)))
      applyChange(this.#durableNames, change);
    this.#nameChanges = [];
    this.#names.clear();
    for (const [name, inode] of this.#durableNames) {
      loseUnsynced(inode, random);
      this.#names.set(name, inode);
    }
  }

  /** The process dies and the machine stays up: everything written is still there. */
  kill(): void {
    this.onOperation = () => {};
  }

  /** Flips one bit at rest. */
  flipBit(name: string, offset: number, bit: number): void {
    const inode = this.#inode(name);
    for (const content of [inode.live, inode.synced])
      if (offset < content.length) content[offset] = (content[offset] as number) ^ (1 << bit);
  }

  /** Overwrites a range at rest, as a misdirected or lost write of another file does. */
  overwrite(name: string, offset: number, bytes: Uint8Array): void {
    const inode = this.#inode(name);
    for (const content of [inode.live, inode.synced])
      content.set(bytes.subarray(0, Math.max(0, content.length - offset)), offset);
  }

  /** Removes a file at rest, name and all. */
  lose(name: string): void {
    this.#names.delete(name);
    this.#durableNames.delete(name);
  }

  #inode(name: string): Inode {
    const inode = this.#names.get(name);
    if (inode === undefined) throw new Error(`ENOENT: ${name}`);
    return inode;
  }

  #create(name: string): Inode {
    const inode = new Inode();
    this.#change({ type: "create", name, inode });
    return inode;
  }

  #change(change: NameChange): void {
    applyChange(this.#names, change);
    this.#nameChanges.push(change);
  }
}

function applyChange(names: Map<string, Inode>, change: NameChange): void {
  if (change.type === "create") names.set(change.name, change.inode);
  else if (change.type === "remove") names.delete(change.name);
  else {
    const inode = names.get(change.from);
    if (inode === undefined) return;
    names.delete(change.from);
    names.set(change.to, inode);
  }
}

function put(content: Uint8Array<ArrayBuffer>, write: PendingWrite): Uint8Array<ArrayBuffer> {
  const end = write.offset + write.bytes.length;
  let target = content;
  if (end > content.length) {
    target = new Uint8Array(Math.max(end, content.length * 2));
    target.set(content);
  }
  target.set(write.bytes, write.offset);
  return target;
}

function settle(inode: Inode, write: PendingWrite): void {
  inode.synced = put(inode.synced, write);
  inode.syncedLength = Math.max(inode.syncedLength, write.offset + write.bytes.length);
}

/** Keeps none, all, a prefix, or a random selection of the sectors that were not synced. */
function loseUnsynced(inode: Inode, random: Random): void {
  const mode = random.below(4);
  const kept = mode === 0 ? 0 : mode === 1 ? inode.pending.length : random.below(inode.pending.length + 1);
  inode.pending.forEach((write, position) => {
    if (mode === 3) for (const sector of sectorsOf(write)) if (random.below(2) === 0) settle(inode, sector);
    if (mode !== 3 && position < kept) settle(inode, write);
    if (mode === 2 && position === kept) for (const sector of tornPrefix(write, random)) settle(inode, sector);
  });
  inode.pending = [];
  inode.live = inode.synced.slice();
  inode.liveLength = inode.syncedLength;
}

function sectorsOf(write: PendingWrite): PendingWrite[] {
  const sectors: PendingWrite[] = [];
  for (let at = 0; at < write.bytes.length; ) {
    const length = Math.min(SECTOR_BYTES - ((write.offset + at) % SECTOR_BYTES), write.bytes.length - at);
    sectors.push({ offset: write.offset + at, bytes: write.bytes.subarray(at, at + length) });
    at += length;
  }
  return sectors;
}

function tornPrefix(write: PendingWrite, random: Random): PendingWrite[] {
  const sectors = sectorsOf(write);
  return sectors.slice(0, random.below(sectors.length + 1));
}
