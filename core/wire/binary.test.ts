import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  ByteReader,
  ByteWriter,
  decodeBinary,
  encodeBinary,
  formatTime,
  indentJson,
  parseJson,
  parseTime,
} from "#core/wire";
import { any, int, list, map, ref, type Struct, struct, text } from "#core/schema";

test("numbers and texts of every size come back", () => {
  const value = fc.tuple(
    fc.maxSafeNat(),
    fc.maxSafeInteger(),
    fc.string({ unit: "grapheme", maxLength: 400 }),
    fc.uint8Array({ maxLength: 300 }),
    fc.double({ noNaN: true }),
  );
  fc.assert(
    fc.property(value, ([whole, signed, words, bytes, float]) => {
      const writer = new ByteWriter();
      writer.uint(whole);
      writer.nested((inner) => {
        inner.text(words);
        inner.nested((innermost) => innermost.bytes(bytes));
      });
      writer.int(signed);
      writer.float(float);
      const reader = new ByteReader(writer.finish());
      expect(reader.uint()).toBe(whole);
      const inner = new ByteReader(reader.bytes());
      expect(inner.text()).toBe(words);
      expect([...new ByteReader(inner.bytes()).bytes()]).toEqual([...bytes]);
      expect(reader.int()).toBe(signed);
      expect(Object.is(reader.float(), float)).toBe(true);
      expect(reader.isDone).toBe(true);
    }),
  );
});

test("no damaged bytes read past their end or hang", () => {
  const noun: Struct = struct("Noun", {
    a: text(1),
    b: list(2, int),
    c: map(3, text),
    d: ref(4, () => noun as never, { nullable: true }),
    e: any(5),
  });
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      const result = decodeBinary(noun, bytes);
      if (!result.ok) expect(result.failure.code).toBe("corrupt");
    }),
    { numRuns: 2000 },
  );
});

test("a reader steps over fields that it does not know", () => {
  const older = struct("Noun", { a: text(1) });
  const newer = struct("Noun", { a: text(1), b: int(2), c: list(3, text), d: any(9) });
  const bytes = encodeBinary(newer, { a: "x", b: -7, c: ["y"], d: { e: [1, null, "z"] } });
  expect(decodeBinary(older, bytes)).toEqual({ ok: true, value: { a: "x" } });
});

describe("JSON", () => {
  test("keeps numbers that a double cannot hold as their literals", () => {
    const parsed = parseJson('{"big": 9007199254740993, "same": 1e0, "small": 0.1, "long": 1.0000000000000000001}');
    if (!parsed.ok) throw new Error(parsed.failure.message);
    const { big, same, small, long } = parsed.value as Record<string, unknown>;
    expect([String(big), same, small, String(long)]).toEqual(["9007199254740993", 1, 0.1, "1.0000000000000000001"]);
  });

  test("agrees with the platform on everything that a double can hold", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const padded = `[${JSON.stringify(value)},1234567890123456789012]`;
        const parsed = parseJson(padded);
        expect(parsed.ok && (parsed.value as unknown[])[0]).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
  });

  test.each(["", "{", '{"a" 1}', "[1,]", "nul", '"\\x"', "01a"])("refuses %j without throwing", (text) => {
    const parsed = parseJson(text);
    if (parsed.ok) expect(text).toBe("01a");
    else expect(parsed.failure.code).toBe("bad_request");
  });

  test("refuses what is nested too deep", () => {
    expect(parseJson("[".repeat(100_000))).toMatchObject({ ok: false });
  });

  test("is indented as JSON.stringify does it, but for empty lists and objects", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(indentJson(JSON.stringify(value))).toBe(JSON.stringify(value, null, 4));
      }),
    );
  });
});

test("times come back from their text, and zero is the year 1", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 4e12 }), (timeMs) => {
      expect(parseTime(formatTime(timeMs))).toBe(timeMs);
    }),
  );
  expect([
    formatTime(0),
    parseTime("0001-01-01T00:00:00Z"),
    parseTime("2026-02-30"),
    formatTime(1_700_000_000_120),
  ]).toEqual(["0001-01-01T00:00:00Z", 0, undefined, "2023-11-14T22:13:20.12Z"]);
});
