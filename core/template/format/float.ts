/** Floats as Go's strconv writes them: exact digits, halves to even. */
interface Digits {
  readonly isNegative: boolean;
  /** Significant digits without leading zeros; "" for zero. */
  readonly digits: string;
  /** Where the decimal point stands: 0.DIGITS × 10^point. */
  readonly point: number;
}

function special(value: number): string | undefined {
  if (Number.isNaN(value)) return "NaN";
  return Number.isFinite(value) ? undefined : value > 0 ? "+Inf" : "-Inf";
}

function isMinus(value: number): boolean {
  return value < 0 || Object.is(value, -0);
}

/** The fewest digits that read back as the same number. */
function shortestDigits(value: number): Digits {
  const [mantissa = "0", exponent = "0"] = Math.abs(value).toExponential().split("e");
  const digits = mantissa.replace(".", "").replace(/0+$/, "");
  return { isNegative: isMinus(value), digits, point: digits === "" ? 0 : Number(exponent) + 1 };
}

/** The number's whole decimal expansion. */
function exactDigits(value: number): Digits {
  const { mantissa, exponent } = binaryParts(value);
  let scaled = mantissa;
  let fractionDigits = 0;
  if (exponent >= 0) scaled <<= BigInt(exponent);
  else {
    fractionDigits = -exponent;
    scaled *= 5n ** BigInt(-exponent);
  }
  const text = scaled === 0n ? "" : String(scaled);
  return { isNegative: isMinus(value), digits: text, point: text === "" ? 0 : text.length - fractionDigits };
}

/** |value| = mantissa × 2^exponent. */
export function binaryParts(value: number): { readonly mantissa: bigint; readonly exponent: number } {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, value);
  const bits = view.getBigUint64(0);
  const biased = Number((bits >> 52n) & 0x7ffn);
  const fraction = bits & ((1n << 52n) - 1n);
  return biased === 0
    ? { mantissa: fraction, exponent: -1074 }
    : { mantissa: fraction | (1n << 52n), exponent: biased - 1075 };
}

/** Keeps `count` significant digits, rounding halves to even. */
function rounded({ isNegative, digits, point }: Digits, count: number): Digits {
  if (count < 0) return { isNegative, digits: "", point: 0 };
  if (digits.length <= count) return { isNegative, digits, point };
  const kept = digits.slice(0, count);
  const rest = digits.slice(count);
  const half = `5${"0".repeat(rest.length - 1)}`;
  const isOdd = Number(kept.at(-1) ?? "0") % 2 === 1;
  if (rest < half || (rest === half && !isOdd)) return { isNegative, digits: kept, point: kept === "" ? 0 : point };
  const raised = String(BigInt(kept === "" ? "0" : kept) + 1n);
  return { isNegative, digits: raised, point: point + (raised.length > kept.length ? 1 : 0) };
}

/** `precision` -1 asks for the shortest text that reads back. */
export function formatFloat(value: number, verb: string, precision: number): string {
  const word = special(value);
  if (word !== undefined) return word;
  switch (verb) {
    case "f":
    case "F":
      return fixed(value, precision);
    case "e":
    case "E":
      return exponential(precision < 0 ? shortestDigits(value) : exactDigits(value), precision, verb);
    case "b": {
      const { mantissa, exponent } = binaryParts(value);
      return `${isMinus(value) ? "-" : ""}${mantissa}p${exponent < 0 ? "-" : "+"}${Math.abs(exponent)}`;
    }
    case "x":
    case "X":
      return hexadecimal(value, precision, verb);
    default:
      return general(value, precision, verb);
  }
}

function fixed(value: number, precision: number): string {
  const all = precision < 0 ? shortestDigits(value) : exactDigits(value);
  const { isNegative, digits, point } = precision < 0 ? all : rounded(all, all.point + precision);
  const whole = point <= 0 ? "0" : digits.slice(0, point).padEnd(point, "0");
  const fraction = point <= 0 ? "0".repeat(Math.min(-point, 2000)) + digits : digits.slice(point);
  const shown = precision < 0 ? fraction : fraction.slice(0, precision).padEnd(precision, "0");
  return `${isNegative ? "-" : ""}${whole}${shown === "" ? "" : `.${shown}`}`;
}

function exponential(all: Digits, precision: number, verb: string): string {
  const { isNegative, digits, point } = precision < 0 ? all : rounded(all, precision + 1);
  const first = digits.charAt(0) || "0";
  const rest = precision < 0 ? digits.slice(1) : digits.slice(1, precision + 1).padEnd(precision, "0");
  const exponent = digits === "" ? 0 : point - 1;
  const sign = exponent < 0 ? "-" : "+";
  const magnitude = String(Math.abs(exponent)).padStart(2, "0");
  return `${isNegative ? "-" : ""}${first}${rest === "" ? "" : `.${rest}`}${verb}${sign}${magnitude}`;
}

function general(value: number, precision: number, verb: string): string {
  const isShortest = precision < 0;
  const wanted = precision === 0 ? 1 : precision;
  const found = isShortest ? shortestDigits(value) : rounded(exactDigits(value), wanted);
  const digits = found.digits.replace(/0+$/, "");
  let limit = wanted;
  if (limit > digits.length && digits.length >= found.point) limit = digits.length;
  if (isShortest) limit = 6;
  const exponent = found.point - 1;
  const kept = { ...found, digits };
  if (exponent < -4 || exponent >= limit)
    return exponential(kept, Math.max(0, digits.length - 1), verb === "G" ? "E" : "e");
  return fixedDigits(kept);
}

function fixedDigits({ isNegative, digits, point }: Digits): string {
  const whole = point <= 0 ? "0" : digits.slice(0, point).padEnd(point, "0");
  const fraction = digits === "" ? "" : point <= 0 ? "0".repeat(-point) + digits : digits.slice(point);
  return `${isNegative ? "-" : ""}${whole}${fraction === "" ? "" : `.${fraction}`}`;
}

function hexadecimal(value: number, precision: number, verb: string): string {
  let { mantissa, exponent } = binaryParts(value);
  const sign = isMinus(value) ? "-" : "";
  if (mantissa !== 0n) {
    while (mantissa >> 52n === 0n) {
      mantissa <<= 1n;
      exponent -= 1;
    }
    exponent += 52;
  } else exponent = 0;
  if (precision >= 0 && precision < 13) {
    const drop = BigInt(4 * (13 - precision));
    const [half, rest] = [1n << (drop - 1n), mantissa & ((1n << drop) - 1n)];
    mantissa >>= drop;
    if (rest > half || (rest === half && mantissa % 2n === 1n)) mantissa += 1n;
    mantissa <<= drop;
    if (mantissa >> 53n !== 0n) {
      mantissa >>= 1n;
      exponent += 1;
    }
  }
  const all = (mantissa & ((1n << 52n) - 1n)).toString(16).padStart(13, "0");
  const fraction = precision < 0 ? all.replace(/0+$/, "") : all.slice(0, precision).padEnd(precision, "0");
  const lead = mantissa === 0n ? "0" : "1";
  const exponentText = String(Math.abs(exponent)).padStart(2, "0");
  const text = `${sign}0x${lead}${fraction === "" ? "" : `.${fraction}`}p${exponent < 0 ? "-" : "+"}${exponentText}`;
  return verb === "X" ? text.toUpperCase() : text;
}

/** `%v` of a float64: `%g` with the fewest digits. */
export function showFloat(value: number): string {
  if (Number.isInteger(value) && value < 1e6 && value > -1e6 && value !== 0) return String(value);
  return formatFloat(value, "g", -1);
}
