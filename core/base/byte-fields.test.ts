import { expect, it } from "vitest";
import { ByteReader, ByteWriter } from "#core/base";

it("fields written into a buffer that has to grow come back as they were", () => {
  const writer = new ByteWriter(1);
  writer.u8(7);
  writer.u32(0xdead_beef);
  writer.u64(Number.MAX_SAFE_INTEGER);
  writer.text("grüße");
  writer.blob(new Uint8Array(1000).fill(3));
  const reader = new ByteReader(writer.bytes, 0);
  expect([reader.u8(), reader.u32(), reader.u64(), reader.text()]).toEqual([
    7,
    0xdead_beef,
    Number.MAX_SAFE_INTEGER,
    "grüße",
  ]);
  expect(reader.blob()).toEqual(new Uint8Array(1000).fill(3));
  expect([reader.isAtEnd, reader.u8(), reader.isBroken]).toEqual([true, 0, true]);
});
