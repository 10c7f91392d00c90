import { spawnSync } from "node:child_process";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { int, intOf } from "../values/value.ts";
import { show } from "./default.ts";
import { sprintf } from "./printf.ts";
import { quote } from "./quote.ts";

const RUNS = 3000;
const doubles = fc.oneof(
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.integer({ min: -1_000_000, max: 1_000_000 }).map((value) => value / 8),
  fc.float({ noNaN: true, noDefaultInfinity: true }),
  fc.constantFrom(0, -0, 0.5, 1.5, 2.5, 1e20, 1e21, 1e22, 123_456_789, 0.0001, 0.000_01, 5e-324, Number.MAX_VALUE),
);

/** The exact value of a double as a fraction, by its bits. */
function fractionOf(value: number): { readonly numerator: bigint; readonly denominator: bigint } {
  const bits = new DataView(new ArrayBuffer(8));
  bits.setFloat64(0, Math.abs(value));
  const raw = bits.getBigUint64(0);
  const exponent = Number(raw >> 52n);
  const mantissa = (raw & ((1n << 52n) - 1n)) | (exponent === 0 ? 0n : 1n << 52n);
  const power = Math.max(exponent, 1) - 1075;
  return power >= 0
    ? { numerator: mantissa << BigInt(power), denominator: 1n }
    : { numerator: mantissa, denominator: 1n << BigInt(-power) };
}

/** Fixed decimals by school arithmetic: the exact value, half to even. */
function fixed(value: number, digits: number): string {
  const { numerator, denominator } = fractionOf(value);
  const scaled = numerator * 10n ** BigInt(digits);
  const rest = scaled % denominator;
  let whole = scaled / denominator;
  if (rest * 2n > denominator || (rest * 2n === denominator && whole % 2n === 1n)) whole += 1n;
  const text = whole.toString().padStart(digits + 1, "0");
  const point = digits === 0 ? text : `${text.slice(0, -digits)}.${text.slice(-digits)}`;
  return (value < 0 || Object.is(value, -0) ? "-" : "") + point;
}

describe("numbers against exact arithmetic", () => {
  it("fixed decimals are rounded as the exact value says", () => {
    fc.assert(
      fc.property(doubles, fc.integer({ min: 0, max: 30 }), (value, digits) => {
        expect(sprintf(`%.${digits}f`, [value])).toBe(fixed(value, digits));
      }),
      { numRuns: RUNS },
    );
  });

  it("the shortest form reads back, and no shorter one does", () => {
    fc.assert(
      fc.property(doubles, (value) => {
        const text = show(value);
        expect(Object.is(Number(text), value)).toBe(true);
        const digits = text.replace(/e.*$/, "").replace(/[-.]/g, "").replace(/^0+/, "").replace(/0+$/, "").length;
        if (digits > 1) expect(Number(value.toExponential(digits - 2))).not.toBe(value);
      }),
      { numRuns: RUNS },
    );
  });

  it("integers of 64 bits in every base and width", () => {
    const bases = { d: 10, x: 16, o: 8, b: 2 } as const;
    fc.assert(
      fc.property(
        fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
        fc.integer({ min: 0, max: 70 }),
        (value, width) => {
          for (const [verb, base] of Object.entries(bases)) {
            const plain = value.toString(base);
            expect(sprintf(`%${verb}`, [intOf("int64", value)])).toBe(plain);
            expect(sprintf(`%${width}${verb}`, [intOf("int64", value)])).toBe(plain.padStart(width));
            expect(sprintf(`%-${width}${verb}|`, [intOf("int64", value)])).toBe(`${plain.padEnd(width)}|`);
          }
        },
      ),
      { numRuns: RUNS },
    );
  });

  it("quoted texts read back", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), (text) => {
        const read: unknown = JSON.parse(
          quote(text)
            .replace(/\\x(..)/g, "\\u00$1")
            .replace(/\\[av]/g, (escape) => (escape === "\\a" ? "\\u0007" : "\\u000b"))
            .replace(/\\U0*([0-9a-f]+)/g, (_, hex: string) =>
              JSON.stringify(String.fromCodePoint(Number.parseInt(hex, 16))).slice(1, -1),
            ),
        );
        expect(read).toBe(text);
      }),
      { numRuns: RUNS },
    );
  });
});

interface Sample {
  readonly format: string;
  readonly value: number | string;
}

/** Formats that mean the same in Go and in Python, with values for them. */
const samples: fc.Arbitrary<Sample> = fc.oneof(
  fc
    .tuple(
      fc.constantFrom("", "+", " ", "0", "-", "+0", "#", "#0"),
      fc.option(fc.integer({ min: 1, max: 40 }), { nil: undefined }),
      fc.option(fc.integer({ min: 0, max: 25 }), { nil: undefined }),
      fc.constantFrom("e", "E", "f", "F", "g", "G"),
      doubles,
    )
    // Without a precision Go's %g and %e are the shortest, Python's have six digits.
    .map(([flags, width, precision, verb, value]) => ({
      format: `%${flags}${width ?? ""}.${precision ?? 6}${verb}`,
      value,
    })),
  fc
    .tuple(
      fc.constantFrom("", "+", " ", "0", "-", "+0"),
      fc.integer({ min: 1, max: 40 }),
      fc.constantFrom("d", "x", "X"),
      fc.maxSafeInteger(),
    )
    .map(([flags, width, verb, value]) => ({ format: `%${flags}${width}${verb}`, value })),
  fc
    .tuple(
      fc.constantFrom("", "-"),
      fc.integer({ min: 1, max: 20 }),
      fc.integer({ min: 0, max: 20 }),
      fc.string({ unit: fc.constantFrom("a", "é", "☃", "😀", " ") }),
    )
    .map(([flags, width, precision, value]) => ({ format: `%${flags}${width}.${precision}s`, value })),
);

const script = `
import json, sys
for line in sys.stdin:
    one = json.loads(line)
    value = one["value"]
    if isinstance(value, str) and one["format"][-1] != "s":
        value = float(value)
    print(json.dumps(one["format"] % value))
`;
const hasPython = spawnSync("python3", ["-c", ""]).status === 0;

describe.skipIf(!hasPython)("printf against Python's, which follows C as Go does", () => {
  it("gives the same text for generated formats and values", () => {
    const generated = fc.sample(samples, { numRuns: 20_000, seed: 11 });
    const input = generated.map(({ format, value }) => {
      const isFloat = typeof value === "number" && /[efgEFG]$/.test(format);
      return JSON.stringify({ format, value: isFloat ? (Object.is(value, -0) ? "-0.0" : String(value)) : value });
    });
    const done = spawnSync("python3", ["-c", script], {
      input: input.join("\n"),
      encoding: "utf8",
      maxBuffer: 2 ** 28,
    });
    const expected = done.stdout
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line) as string);
    expect(expected).toHaveLength(generated.length);
    const different = generated.flatMap(({ format, value }, index) => {
      const isFloat = /[efgEFG]$/.test(format);
      const got = sprintf(format, [typeof value === "number" && !isFloat ? int(value) : value]);
      return got === expected[index] ? [] : [{ format, value, got, python: expected[index] }];
    });
    expect(different.slice(0, 10)).toEqual([]);
  });
});
