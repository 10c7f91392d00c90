import { civilFromDays, daysFromCivil } from "#core/values";

const ZERO_TIME = "0001-01-01T00:00:00Z";
const DAY_MS = 86_400_000;
const RFC3339 = /^(\d{4})-(\d\d)-(\d\d)[Tt](\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?(?:[Zz]|([+-])(\d\d):(\d\d))$/;

/** RFC 3339 in UTC with as many digits of the second as are needed; 0 is "not set" and prints as year 1. */
export function formatTime(timeMs: number): string {
  if (timeMs === 0) return ZERO_TIME;
  const days = Math.floor(timeMs / DAY_MS);
  const inDay = timeMs - days * DAY_MS;
  const { year, month, day } = civilFromDays(days);
  const seconds = Math.floor(inDay / 1000);
  const clock = `${pad(Math.floor(seconds / 3600))}:${pad(Math.floor(seconds / 60) % 60)}:${pad(seconds % 60)}`;
  const fraction = String(inDay % 1000)
    .padStart(3, "0")
    .replace(/0+$/, "");
  return `${String(year).padStart(4, "0")}-${pad(month)}-${pad(day)}T${clock}${fraction ? `.${fraction}` : ""}Z`;
}

/** Milliseconds of an RFC 3339 text (below a millisecond is cut), or undefined. Year 1 is 0, "not set". */
export function parseTime(text: string): number | undefined {
  const match = RFC3339.exec(text);
  if (!match) return undefined;
  if (text === ZERO_TIME) return 0;
  const [, year, month, day, hour, minute, second] = match.map(Number) as [
    number,
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  if (month < 1 || month > 12 || day < 1 || day > 31 || hour > 23 || minute > 59 || second > 60) return undefined;
  const fractionMs = Math.floor(Number(`0.${match[7] ?? "0"}`) * 1000);
  const offsetMinutes = match[8] ? (match[8] === "-" ? -1 : 1) * (Number(match[9]) * 60 + Number(match[10])) : 0;
  const seconds =
    daysFromCivil({ year, month, day }) * 86_400 + hour * 3600 + minute * 60 + second - offsetMinutes * 60;
  return seconds * 1000 + fractionMs;
}

function pad(value: number): string {
  return String(value).padStart(2, "0");
}
