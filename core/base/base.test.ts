import { inspect } from "node:util";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  BoundedQueue,
  compareBytes,
  crc32c,
  failureCodes,
  fromHex,
  Heap,
  httpStatus,
  isUuid,
  nearest,
  Prng,
  Secret,
  toHex,
  utf8Encode,
  uuidFrom,
  uuidFromBytes,
  uuidToBytes,
} from "#core/base";

describe("crc32c", () => {
  test("gives the check value of RFC 3720", () => {
    expect(crc32c(utf8Encode("123456789"))).toBe(0xe3069283);
    expect(crc32c(new Uint8Array(32))).toBe(0x8a9136aa);
  });

  test("of a text in two parts is that of the whole", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), fc.nat(100), (bytes, cut) => {
        const at = Math.min(cut, bytes.length);
        expect(crc32c(bytes, crc32c(bytes, 0, 0, at), at)).toBe(crc32c(bytes));
      }),
    );
  });
});

test("a heap gives its items in order", () => {
  fc.assert(
    fc.property(fc.array(fc.integer()), (items) => {
      const heap = new Heap<number>((left, right) => left < right);
      for (const item of items) heap.push(item);
      expect(items.map(() => heap.pop())).toEqual(items.toSorted((left, right) => left - right));
      expect(heap.pop()).toBeUndefined();
    }),
  );
});

test("a full queue refuses and loses nothing", () => {
  const queue = new BoundedQueue<number>(2);
  expect([queue.push(1), queue.push(2), queue.push(3)]).toEqual([true, true, false]);
  expect([queue.shift(), queue.push(4), queue.shift(), queue.shift(), queue.shift()]).toEqual([
    1,
    true,
    2,
    4,
    undefined,
  ]);
});

test("ids keep their form through bytes", () => {
  const id = uuidFrom(new Prng(7));
  expect(isUuid(id)).toBe(true);
  expect(id[14]).toBe("4");
  expect(uuidFromBytes(uuidToBytes(id))).toBe(id);
  expect(toHex(fromHex("00ff10"))).toBe("00ff10");
});

test("the same seed gives the same numbers, spread over the range", () => {
  const [left, right] = [new Prng(42), new Prng(42)];
  const counts = [0, 0, 0, 0];
  for (let draw = 0; draw < 4000; draw++) {
    const value = left.below(4);
    expect(right.below(4)).toBe(value);
    counts[value] = (counts[value] as number) + 1;
  }
  for (const count of counts) expect(count).toBeGreaterThan(850);
});

test("a secret prints nowhere", () => {
  const secret = new Secret("hunter2");
  for (const text of [String(secret), JSON.stringify({ secret }), inspect({ secret })])
    expect(text).not.toContain("hunter2");
  expect(secret.reveal("wire")).toBe("hunter2");
});

test("the nearest name is found for a slip and not for a stranger", () => {
  const known = ["datacenters", "group", "node_pool"];
  expect(nearest("datacentres", known)).toBe("datacenters");
  expect(nearest("node-pool", known)).toBe("node_pool");
  expect(nearest("zebra", known)).toBeUndefined();
});

test("bytes are ordered as texts are, a prefix first", () => {
  expect(compareBytes(utf8Encode("ab"), utf8Encode("abc"))).toBeLessThan(0);
  expect(compareBytes(utf8Encode("b"), utf8Encode("abc"))).toBeGreaterThan(0);
});

test("every failure code has an HTTP status", () => {
  for (const code of failureCodes) expect(httpStatus(code)).toBeGreaterThanOrEqual(400);
});
