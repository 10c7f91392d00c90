import fc from "fast-check";
import { describe, expect, test, vi } from "vitest";
import { type ChecksumMemory, compiledMemory, crc32c, plainMemory, Prng } from "#core/base";

describe.each([
  ["compiled", compiledMemory],
  ["plain", (length: number) => plainMemory(new Uint8Array(length))],
] as const)("checksums of %s memory", (_name, make: (length: number) => ChecksumMemory) => {
  test("are those of crc32c, over any range, seed and data", () => {
    const memory = make(4096);
    const range = fc.tuple(fc.nat(4096), fc.nat(4096)).map((ends) => ends.toSorted((left, right) => left - right));
    fc.assert(
      fc.property(fc.nat(1000), fc.integer({ min: 0, max: 2 ** 32 - 1 }), range, (data, seed, [start = 0, end = 0]) => {
        memory.bytes.set(new Prng(data).bytes(4096));
        expect(memory.crc32c(seed, start, end)).toBe(crc32c(memory.bytes, seed, start, end));
      }),
      { numRuns: 2000 },
    );
  });

  test("are those of crc32c for every short length at every alignment", () => {
    const memory = make(128);
    memory.bytes.set(new Prng(1).bytes(128));
    for (let start = 0; start < 16; start++)
      for (let end = start; end <= start + 64; end++)
        expect(memory.crc32c(end, start, end)).toBe(crc32c(memory.bytes, end, start, end));
  });

  test("give the check value of RFC 3720, up to the last byte of the memory", () => {
    const memory = make(9);
    expect(memory.bytes).toHaveLength(9);
    memory.bytes.set(new TextEncoder().encode("123456789"));
    expect(memory.crc32c(0, 0, 9)).toBe(0xe3069283);
  });
});

test("this platform compiles; one without WebAssembly takes plain memory", () => {
  expect(compiledMemory(10).bytes.buffer.byteLength).toBe(65_536);
  vi.stubGlobal("WebAssembly", undefined);
  const memory = compiledMemory(10);
  vi.unstubAllGlobals();
  expect(memory.bytes.buffer.byteLength).toBe(10);
  expect(memory.crc32c(7, 0, 10)).toBe(crc32c(new Uint8Array(10), 7));
});
