const UNITS: readonly (readonly [suffix: string, ns: number])[] = [
  ["s", 1e9],
  ["ms", 1e6],
  ["µs", 1e3],
];

/** A duration as Go prints it (`time.Duration.String`): `1m0s`, `1.5s`, `200ms`; `ns` is a whole number, not negative. */
export function goDuration(ns: number): string {
  if (ns === 0) return "0s";
  if (ns >= 60e9) return withMinutes(ns);
  for (const [suffix, unit] of UNITS) {
    if (ns >= unit) return `${decimal(ns, unit)}${suffix}`;
  }
  return `${ns}ns`;
}

function withMinutes(ns: number): string {
  const minutes = Math.floor(ns / 60e9);
  const hours = Math.floor(minutes / 60);
  const seconds = `${decimal(ns - minutes * 60e9, 1e9)}s`;
  return hours > 0 ? `${hours}h${minutes % 60}m${seconds}` : `${minutes}m${seconds}`;
}

/** `ns / unit` with as many digits as are needed and no more. */
function decimal(ns: number, unit: number): string {
  const whole = Math.floor(ns / unit);
  const rest = ns - whole * unit;
  if (rest === 0) return String(whole);
  const digits = String(unit).length - 1;
  return `${whole}.${String(rest).padStart(digits, "0").replace(/0+$/, "")}`;
}
