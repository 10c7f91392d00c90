const UNITS: readonly (readonly [name: string, seconds: number])[] = [
  ["y", 365 * 86_400],
  ["mo", 30 * 86_400],
  ["d", 86_400],
  ["h", 3600],
  ["m", 60],
  ["s", 1],
];

/** `3s ago`, `1m5s ago`, `2h3m ago`: the two largest units. */
export function ago(thenMs: number, nowMs: number): string {
  const isPast = thenMs <= nowMs;
  let seconds = Math.floor(Math.abs(nowMs - thenMs) / 1000);
  if (seconds === 0) return isPast ? "0s ago" : "0s from now";
  const parts: string[] = [];
  for (const [name, size] of UNITS) {
    const count = Math.floor(seconds / size);
    if (count === 0 && parts.length === 0) continue;
    if (count > 0) parts.push(`${count}${name}`);
    seconds -= count * size;
    if (parts.length === 2) break;
  }
  return `${parts.join("")} ${isPast ? "ago" : "from now"}`;
}

/** `2006-01-02T15:04:05Z`, or with the offset of the local time zone. */
export function timestamp(timeMs: number): string {
  const date = new Date(timeMs);
  const offset = -date.getTimezoneOffset();
  const local = new Date(timeMs + offset * 60_000).toISOString().slice(0, 19);
  if (offset === 0) return `${local}Z`;
  const [hours, minutes] = [Math.floor(Math.abs(offset) / 60), Math.abs(offset) % 60];
  return `${local}${offset < 0 ? "-" : "+"}${pad(hours)}:${pad(minutes)}`;
}

function pad(value: number): string {
  return String(value).padStart(2, "0");
}
