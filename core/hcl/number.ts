/**
 * Numbers of the language. A number is a JavaScript `number` exactly when it is an integer that JavaScript holds without
 * loss (|n| < 2^53, -0 included, and the infinities); everything else is a BigFloat: mantissa × 2^exponent with a binary
 * precision, 512 bits for what a file says, as HCL demands. So 9007199254740993 and 0.1 stay what the author wrote, and
 * the common small integers cost nothing. Operations round to nearest even.
 */
export interface BigFloat {
  readonly negative: boolean;
  /** Zero or odd-or-even non-negative integer; the value is mantissa × 2^exponent. */
  readonly mantissa: bigint;
  readonly exponent: number;
  /** Bits that the mantissa may have; decides how many digits are printed. */
  readonly precision: number;
}

export type HclNumber = number | BigFloat;

/** The precision of literals, and so of what is computed from them. */
export const LITERAL_PRECISION = 512;
const FLOAT64_PRECISION = 53;
/** Larger decimal exponents are refused: their exact form costs memory without meaning anything to a job. */
export const DECIMAL_EXPONENT_MAX = 1000;
const DIGITS_MAX = 1000;
/** Results beyond this binary exponent become infinite or zero: far outside of anything a job can use. */
const BINARY_EXPONENT_MAX = 8192;

export function bitLength(value: bigint): number {
  if (value === 0n) return 0;
  const hex = value.toString(16);
  return (hex.length - 1) * 4 + (32 - Math.clz32(Number.parseInt(hex[0] as string, 16)));
}

/** Rounds to nearest even at `precision` bits and falls back to a plain number where that is exact. */
function rounded(
  negative: boolean,
  mantissa: bigint,
  exponent: number,
  precision: number,
  sticky: boolean = false,
): HclNumber {
  if (mantissa === 0n) return negative ? -0 : 0;
  let [m, e] = [mantissa, exponent];
  const excess = bitLength(m) - precision;
  if (excess > 0) {
    const shift = BigInt(excess);
    const rest = m & ((1n << shift) - 1n);
    const half = 1n << (shift - 1n);
    m >>= shift;
    e += excess;
    const up = rest > half || (rest === half && (sticky || (m & 1n) === 1n));
    if (up) m += 1n;
  }
  return simplified({ negative, mantissa: m, exponent: e, precision });
}

function simplified(value: BigFloat): HclNumber {
  let { mantissa, exponent } = value;
  if (exponent > BINARY_EXPONENT_MAX) return value.negative ? -Infinity : Infinity;
  if (exponent < -BINARY_EXPONENT_MAX) return value.negative ? -0 : 0;
  if (exponent > 0 && exponent <= 53) {
    mantissa <<= BigInt(exponent);
    exponent = 0;
  }
  while (exponent < 0 && (mantissa & 0xffffn) === 0n && exponent <= -16) {
    mantissa >>= 16n;
    exponent += 16;
  }
  while (exponent < 0 && (mantissa & 1n) === 0n) {
    mantissa >>= 1n;
    exponent += 1;
  }
  if (exponent === 0 && mantissa <= BigInt(Number.MAX_SAFE_INTEGER)) {
    const magnitude = Number(mantissa);
    return value.negative ? -magnitude : magnitude;
  }
  return { negative: value.negative, mantissa, exponent, precision: value.precision };
}

function big(value: HclNumber): BigFloat {
  if (typeof value !== "number") return value;
  const negative = value < 0 || Object.is(value, -0);
  return { negative, mantissa: BigInt(Math.abs(value)), exponent: 0, precision: LITERAL_PRECISION };
}

/** Reads a decimal literal (`-12`, `3.14`, `1e-7`); undefined when it is none or beyond the limits. */
export function parseNumber(text: string, precision: number = LITERAL_PRECISION): HclNumber | undefined {
  const match = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d{1,9}))?$/.exec(text);
  if (match === null) return undefined;
  const [, sign = "", whole = "", fraction = "", power = "0"] = match;
  const digits = whole + fraction;
  if (digits === "" || digits.length > DIGITS_MAX) return undefined;
  const exponent10 = Number(power) - fraction.length;
  if (Math.abs(exponent10) > DECIMAL_EXPONENT_MAX) return undefined;
  const negative = sign === "-";
  if (exponent10 === 0 && digits.length <= 15) return negative ? -Number(digits) : Number(digits);
  return fromDecimal(negative, BigInt(digits), exponent10, precision);
}

function fromDecimal(negative: boolean, digits: bigint, exponent10: number, precision: number): HclNumber {
  if (exponent10 >= 0) return rounded(negative, digits * 10n ** BigInt(exponent10), 0, precision);
  return quotient(negative, digits, 10n ** BigInt(-exponent10), 0, precision);
}

function quotient(negative: boolean, top: bigint, bottom: bigint, exponent: number, precision: number): HclNumber {
  if (top === 0n) return negative ? -0 : 0;
  const shift = Math.max(0, precision + 2 + bitLength(bottom) - bitLength(top));
  const scaled = top << BigInt(shift);
  const whole = scaled / bottom;
  return rounded(negative, whole, exponent - shift, precision, whole * bottom !== scaled);
}

export function fromFloat64(value: number): HclNumber {
  if (Number.isSafeInteger(value) || !Number.isFinite(value)) return value;
  let [mantissa, exponent] = [Math.abs(value), 0];
  while (!Number.isInteger(mantissa)) {
    mantissa *= 2;
    exponent -= 1;
  }
  return rounded(value < 0, BigInt(mantissa), exponent, FLOAT64_PRECISION);
}

export function fromBigInt(value: bigint): HclNumber {
  return rounded(value < 0n, value < 0n ? -value : value, 0, LITERAL_PRECISION);
}

/** The nearest 64-bit float. */
export function toFloat64(value: HclNumber): number {
  if (typeof value === "number") return value;
  const near = rounded(value.negative, value.mantissa, value.exponent, FLOAT64_PRECISION);
  if (typeof near === "number") return near;
  const high = Math.trunc(near.exponent / 2);
  const magnitude = Number(near.mantissa) * 2 ** high * 2 ** (near.exponent - high);
  return near.negative ? -magnitude : magnitude;
}

export function isInteger(value: HclNumber): boolean {
  return typeof value === "number" ? Number.isInteger(value) : value.exponent >= 0;
}

/** The integer nearest to zero. Not for infinities. */
export function toBigInt(value: HclNumber): bigint {
  if (typeof value === "number") return BigInt(value);
  const magnitude =
    value.exponent >= 0 ? value.mantissa << BigInt(value.exponent) : value.mantissa >> BigInt(-value.exponent);
  return value.negative ? -magnitude : magnitude;
}

export function floor(value: HclNumber): HclNumber {
  if (typeof value === "number" || isInteger(value)) return value;
  const toward = toBigInt(value);
  return fromBigInt(value.negative ? toward - 1n : toward);
}

export function ceil(value: HclNumber): HclNumber {
  return negate(floor(negate(value)));
}

export function negate(value: HclNumber): HclNumber {
  return typeof value === "number" ? -value : { ...value, negative: !value.negative };
}

export function isNegative(value: HclNumber): boolean {
  return typeof value === "number" ? value < 0 || Object.is(value, -0) : value.negative;
}

export function compareNumbers(left: HclNumber, right: HclNumber): number {
  if (typeof left === "number" && typeof right === "number") return left < right ? -1 : left > right ? 1 : 0;
  if (typeof left === "number" && !Number.isFinite(left)) return left < 0 ? -1 : 1;
  if (typeof right === "number" && !Number.isFinite(right)) return right < 0 ? 1 : -1;
  const [a, b] = aligned(big(left), big(right));
  return a < b ? -1 : a > b ? 1 : 0;
}

function aligned(left: BigFloat, right: BigFloat): [bigint, bigint, number] {
  const exponent = Math.min(left.exponent, right.exponent);
  const a = left.mantissa << BigInt(left.exponent - exponent);
  const b = right.mantissa << BigInt(right.exponent - exponent);
  return [left.negative ? -a : a, right.negative ? -b : b, exponent];
}

export function add(left: HclNumber, right: HclNumber): HclNumber {
  if (typeof left === "number" && typeof right === "number") {
    const sum = left + right;
    if (Number.isSafeInteger(sum) || !Number.isFinite(sum)) return sum;
  }
  const [x, y] = [big(left), big(right)];
  const [a, b, exponent] = aligned(x, y);
  const sum = a + b;
  return rounded(sum < 0n, sum < 0n ? -sum : sum, exponent, Math.max(x.precision, y.precision));
}

export function subtract(left: HclNumber, right: HclNumber): HclNumber {
  return add(left, negate(right));
}

export function multiply(left: HclNumber, right: HclNumber): HclNumber {
  if (typeof left === "number" && typeof right === "number") {
    const product = left * right;
    if (Number.isSafeInteger(product) || !Number.isFinite(product)) return product;
  }
  const [x, y] = [big(left), big(right)];
  return rounded(x.negative !== y.negative, x.mantissa * y.mantissa, x.exponent + y.exponent, LITERAL_PRECISION);
}

/** Division by zero gives an infinity of the dividend's sign, or undefined for 0 ÷ 0. */
export function divide(left: HclNumber, right: HclNumber): HclNumber | undefined {
  if (compareNumbers(right, 0) === 0) {
    if (compareNumbers(left, 0) === 0) return undefined;
    return isNegative(left) === isNegative(right) ? Infinity : -Infinity;
  }
  if (typeof left === "number" && typeof right === "number") {
    const ratio = left / right;
    if (Number.isSafeInteger(ratio) && ratio * right === left) return ratio;
    if (!Number.isFinite(left) || !Number.isFinite(right)) return Number.isNaN(ratio) ? undefined : ratio;
  }
  if (left === Infinity || left === -Infinity) return isNegative(left) === isNegative(right) ? Infinity : -Infinity;
  if (right === Infinity || right === -Infinity) return 0;
  const [x, y] = [big(left), big(right)];
  const precision = Math.max(x.precision, y.precision);
  return quotient(x.negative !== y.negative, x.mantissa, y.mantissa, x.exponent - y.exponent, precision);
}

/** The remainder with the sign of the dividend; undefined when dividing by zero. */
export function modulo(left: HclNumber, right: HclNumber): HclNumber | undefined {
  if (compareNumbers(right, 0) === 0) return undefined;
  if (typeof left === "number" && typeof right === "number" && Number.isFinite(left) && Number.isFinite(right))
    return left % right;
  const ratio = divide(left, right);
  if (ratio === undefined || ratio === Infinity || ratio === -Infinity) return undefined;
  return subtract(left, multiply(fromBigInt(toBigInt(ratio)), right));
}

/** Decimal text without an exponent, with the fewest digits that read back as the same number. */
export function formatNumber(value: HclNumber): string {
  if (typeof value === "number") {
    if (!Number.isFinite(value)) return value > 0 ? "+Inf" : "-Inf";
    return Object.is(value, -0) ? "-0" : String(value);
  }
  const [digits, point] = shortestDigits(value);
  return (value.negative ? "-" : "") + placePoint(digits, point);
}

function placePoint(digits: string, point: number): string {
  if (point <= 0) return `0.${"0".repeat(-point)}${digits}`;
  if (point >= digits.length) return digits + "0".repeat(point - digits.length);
  return `${digits.slice(0, point)}.${digits.slice(point)}`;
}

/** Digits d1…dn and the place p of the point such that the value is 0.d1…dn × 10^p. */
function shortestDigits(value: BigFloat): [string, number] {
  const shift = value.precision + 1 - bitLength(value.mantissa);
  const [middle, exponent] =
    shift >= 0 ? [value.mantissa << BigInt(shift), value.exponent - shift] : [value.mantissa << 1n, value.exponent - 1];
  const inclusive = (middle & 2n) === 0n;
  const [lower, upper] = [middle - 1n, middle + 1n].map((bound) => exactDecimal(bound, exponent)) as [string, string];
  const exact = exactDecimal(middle, exponent);
  const width = Math.max(lower.length, upper.length, exact.length) + 1;
  const [low, mid, high] = [lower, exact, upper].map((text) => text.padStart(width, "0")) as [string, string, string];
  const digits = shortestBetween(low, mid, high, inclusive);
  const point = width - (exponent < 0 ? -exponent : 0) - leadingZeros(digits);
  return [digits.replace(/^0+/, "").replace(/0+$/, ""), point];
}

function leadingZeros(digits: string): number {
  return digits.length - digits.replace(/^0+/, "").length;
}

/** An integer text; with a negative exponent the last -exponent digits are the fraction. */
function exactDecimal(mantissa: bigint, exponent: number): string {
  return (exponent >= 0 ? mantissa << BigInt(exponent) : mantissa * 5n ** BigInt(-exponent)).toString();
}

function shortestBetween(low: string, mid: string, high: string, inclusive: boolean): string {
  const first = leadingZeros(mid);
  // What the bounds have in common every number between them has, too.
  let common = 0;
  while (common < low.length && low[common] === high[common]) common += 1;
  for (let keep = Math.max(1, first + 1, common); keep < mid.length; keep++) {
    const prefix = mid.slice(0, keep);
    const down = prefix.padEnd(mid.length, "0");
    const up = (BigInt(prefix) + 1n).toString().padStart(keep, "0").padEnd(mid.length, "0");
    const downFits = inclusive ? down >= low : down > low;
    const upFits = up.length === mid.length && (inclusive ? up <= high : up < high);
    if (downFits && upFits) return (mid[keep] as string) >= "5" ? up : down;
    if (downFits) return down;
    if (upFits) return up;
  }
  return mid;
}
