import { crc32c, crc32cTables } from "./crc32c.ts";
import {
  type Code,
  code,
  get,
  I64,
  i32,
  i64,
  load32,
  load64,
  load8,
  op,
  set,
  tee,
  wasmModule,
  whileLoop,
} from "./wasm.ts";

/** Bytes of which checksums are taken over and over. */
export interface ChecksumMemory {
  readonly bytes: Uint8Array;
  /** As `crc32c(bytes, seed, start, end)`. */
  readonly crc32c: (seed: number, start: number, end: number) => number;
}

/** Memory like any other: right for little of it, and where many come and go. */
export function plainMemory(bytes: Uint8Array): ChecksumMemory {
  return { bytes, crc32c: (seed, start, end) => crc32c(bytes, seed, start, end) };
}

const PAGE_BYTES = 65_536;
const SLICES = 16;
const TABLE_BYTES = 1024;
const TABLES_BYTES = SLICES * TABLE_BYTES;

/**
 * Memory whose checksums compiled code takes, two to three times as fast as JavaScript; plain memory where the
 * platform has no WebAssembly or forbids it. Each takes gigabytes of address space: for few that live long.
 */
export function compiledMemory(length: number): ChecksumMemory {
  try {
    const memory = new WebAssembly.Memory({ initial: Math.ceil((TABLES_BYTES + length) / PAGE_BYTES) });
    for (const [slice, table] of crc32cTables.entries())
      new Int32Array(memory.buffer, slice * TABLE_BYTES, table.length).set(table);
    const { exports } = new WebAssembly.Instance(new WebAssembly.Module(crc32cModule()), { host: { memory } });
    const run = exports["crc32c"] as (seed: number, start: number, end: number) => number;
    const bytes = new Uint8Array(memory.buffer, TABLES_BYTES, length);
    return { bytes, crc32c: (seed, start, end) => run(seed, TABLES_BYTES + start, TABLES_BYTES + end) >>> 0 };
  } catch {
    return plainMemory(new Uint8Array(length));
  }
}

/** Parameters and local variables of the compiled function. */
const CRC = 0;
const AT = 1;
const END = 2;
const LOW = 3;
const HIGH = 4;

/** `crc32c(seed, start, end)`: the algorithm of crc32c.ts over addresses, the tables lying at 0 one behind the other. */
function crc32cModule(): Uint8Array<ArrayBuffer> {
  const invert = code(get(CRC), i32(-1), op.i32Xor);
  const steps = whileLoop(hasBytes(SLICES), step());
  const rest = whileLoop(hasBytes(1), oneByte());
  const body = code(invert, set(CRC), steps, rest, invert);
  return wasmModule({ name: "crc32c", parameters: 3, locals: [I64, I64], body });
}

function hasBytes(count: number): Code {
  return code(get(AT), i32(count), op.i32Add, get(END), op.i32LessOrEqual);
}

/** Sixteen bytes. What does not depend on the checksum so far comes first: the processor need not wait for it. */
function step(): Code {
  const independent = Array.from({ length: SLICES - 4 }, (_, offset) => lookUpData(offset + 4));
  const dependent = Array.from({ length: 4 }, (_, byte) => lookUp(SLICES - 1 - byte, byteOfCrc(byte)));
  return code(
    code(get(AT), load64(0), tee(LOW), op.i32Wrap, get(CRC), op.i32Xor, set(CRC)),
    code(get(AT), load64(8), set(HIGH)),
    code(xorAll(independent), xorAll(dependent), op.i32Xor, set(CRC)),
    advance(SLICES),
  );
}

function oneByte(): Code {
  const index = code(get(CRC), get(AT), load8(0), op.i32Xor, lowByteTimesFour);
  const shifted = code(get(CRC), i32(8), op.i32Shr);
  return code(lookUp(0, index), shifted, op.i32Xor, set(CRC), advance(1));
}

function advance(bytes: number): Code {
  return code(get(AT), i32(bytes), op.i32Add, set(AT));
}

/** An entry of a table, by its place in bytes: four times its number. */
function lookUp(slice: number, place: Code): Code {
  return code(place, load32(slice * TABLE_BYTES));
}

/** What byte 4 to 15 of the step contributes. */
function lookUpData(byte: number): Code {
  const word = byte < 8 ? LOW : HIGH;
  const place = byte % 8 === 0 ? code(get(word), op.i32Wrap, lowByteTimesFour) : shiftedByte(word, byte % 8);
  return lookUp(SLICES - 1 - byte, place);
}

const lowByteTimesFour = code(i32(0xff), op.i32And, i32(2), op.i32Shl);

/** A byte times four: shifted to two bits above its place, and masked. */
function shiftedByte(word: number, byte: number): Code {
  return code(get(word), i64(8 * byte - 2), op.i64Shr, op.i32Wrap, i32(0x3fc), op.i32And);
}

function byteOfCrc(byte: number): Code {
  if (byte === 0) return code(get(CRC), lowByteTimesFour);
  return code(get(CRC), i32(8 * byte - 2), op.i32Shr, i32(0x3fc), op.i32And);
}

/** All values combined in pairs, so that no long chain of them forms. */
function xorAll(values: readonly Code[]): Code {
  if (values.length === 1) return values[0] as Code;
  const middle = values.length >> 1;
  return code(xorAll(values.slice(0, middle)), xorAll(values.slice(middle)), op.i32Xor);
}
