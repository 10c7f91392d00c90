/** Durations in Go's text form: `1h30m`, `-1.5s`, `300ms`. In memory they are nanoseconds. */

const nanoseconds: Readonly<Record<string, bigint>> = {
  ns: 1n,
  us: 1_000n,
  µs: 1_000n,
  μs: 1_000n,
  ms: 1_000_000n,
  s: 1_000_000_000n,
  m: 60_000_000_000n,
  h: 3_600_000_000_000n,
};
const part = /(\d*)(?:\.(\d*))?([a-zµμ]*)/y;
const INT64_MAX = 2n ** 63n - 1n;

/** Nanoseconds, or a text that says what is wrong. */
export function parseDuration(text: string): number | string {
  const sign = /^[+-]/.exec(text)?.[0] ?? "";
  const body = text.slice(sign.length);
  if (body === "0") return 0;
  if (body === "") return `"${text}" is no duration; write a number and a unit, such as "30s"`;
  let total = 0n;
  for (part.lastIndex = 0; part.lastIndex < body.length; ) {
    const at = part.lastIndex;
    const [matched = "", whole = "", fraction = "", unit = ""] = part.exec(body) ?? [];
    if (matched === "" || (whole === "" && fraction === "")) return `"${text}" is no duration`;
    if (unit === "") return `a unit is missing in "${text}"; units are ns, us, ms, s, m and h`;
    const scale = nanoseconds[unit];
    if (scale === undefined) return `unknown unit "${unit}" in "${text}"; units are ns, us, ms, s, m and h`;
    total += BigInt(whole || "0") * scale + fractionOf(fraction, scale);
    if (total > INT64_MAX) return `"${text}" is too long a duration`;
    part.lastIndex = at + matched.length;
  }
  const value = Number(total);
  if (BigInt(value) !== total) return `"${text}" is too long for its precision`;
  return sign === "-" ? -value : value;
}

function fractionOf(digits: string, scale: bigint): bigint {
  if (digits === "") return 0n;
  const shown = digits.slice(0, 18);
  return (BigInt(shown) * scale) / 10n ** BigInt(shown.length);
}

/** As Go prints it: `1h30m0s`, `1.5s`, `250ms`, `0s`. */
export function formatDuration(valueNs: number): string {
  if (valueNs === 0) return "0s";
  const sign = valueNs < 0 ? "-" : "";
  const total = BigInt(Math.abs(valueNs));
  if (total < 1_000n) return `${sign}${total}ns`;
  if (total < 1_000_000n) return `${sign}${decimal(total, 1_000n)}µs`;
  if (total < 1_000_000_000n) return `${sign}${decimal(total, 1_000_000n)}ms`;
  const seconds = total % 60_000_000_000n;
  const minutes = total / 60_000_000_000n;
  const hours = minutes / 60n;
  const head = hours > 0n ? `${hours}h${minutes % 60n}m` : minutes > 0n ? `${minutes}m` : "";
  return `${sign}${head}${decimal(seconds, 1_000_000_000n)}s`;
}

function decimal(value: bigint, unit: bigint): string {
  const rest = (value % unit)
    .toString()
    .padStart(unit.toString().length - 1, "0")
    .replace(/0+$/, "");
  return rest === "" ? String(value / unit) : `${value / unit}.${rest}`;
}
