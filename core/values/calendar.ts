/** The proleptic Gregorian calendar, without the platform's clock or zones. */
export interface CivilDate {
  readonly year: number;
  /** 1 to 12. */
  readonly month: number;
  /** 1 to 31. */
  readonly day: number;
}

/** Days since 1970-01-01 (H. Hinnant, "chrono-compatible low-level date algorithms"). */
export function daysFromCivil({ year, month, day }: CivilDate): number {
  const shifted = month <= 2 ? year - 1 : year;
  const era = Math.floor(shifted / 400);
  const yearOfEra = shifted - era * 400;
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1;
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return era * 146_097 + dayOfEra - 719_468;
}

export function civilFromDays(days: number): CivilDate {
  const shifted = days + 719_468;
  const era = Math.floor(shifted / 146_097);
  const dayOfEra = shifted - era * 146_097;
  const yearOfEra = Math.floor(
    (dayOfEra - Math.floor(dayOfEra / 1460) + Math.floor(dayOfEra / 36_524) - Math.floor(dayOfEra / 146_096)) / 365,
  );
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const shiftedMonth = Math.floor((5 * dayOfYear + 2) / 153);
  const month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9;
  const day = dayOfYear - Math.floor((153 * shiftedMonth + 2) / 5) + 1;
  return { year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day };
}

export function daysInMonth(year: number, month: number): number {
  const next = month === 12 ? { year: year + 1, month: 1, day: 1 } : { year, month: month + 1, day: 1 };
  return daysFromCivil(next) - daysFromCivil({ year, month, day: 1 });
}

/** 0 is Sunday. */
export function weekdayOf(days: number): number {
  return (((days + 4) % 7) + 7) % 7;
}

/** A moment as RFC 3339 writes it. `text` of the fraction is kept so that nothing is lost. */
export interface Rfc3339Time {
  /** Seconds since 1970, UTC. */
  readonly seconds: number;
  readonly nanoseconds: number;
  readonly offsetMinutes: number;
}

const rfc3339 = /^(\d{4})-(\d\d)-(\d\d)[Tt ](\d\d):(\d\d):(\d\d)(?:\.(\d{1,9})\d*)?(?:([Zz])|([+-])(\d\d):(\d\d))$/;

export function parseRfc3339(text: string): Rfc3339Time | undefined {
  const match = rfc3339.exec(text);
  if (match === null) return undefined;
  const [year, month, day, hour, minute, second] = match.slice(1, 7).map(Number) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  const fits =
    month >= 1 && month <= 12 && day >= 1 && day <= daysInMonth(year, month) && hour < 24 && minute < 60 && second < 60;
  if (!fits) return undefined;
  const offset = (match[9] === "-" ? -1 : 1) * (Number(match[10] ?? 0) * 60 + Number(match[11] ?? 0));
  const seconds = daysFromCivil({ year, month, day }) * 86_400 + hour * 3600 + minute * 60 + second - offset * 60;
  return { seconds, nanoseconds: Number((match[7] ?? "").padEnd(9, "0")), offsetMinutes: offset };
}

export interface ClockReading extends CivilDate {
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  readonly weekday: number;
}

/** What a clock in the time's own zone shows. */
export function readingOf({ seconds, offsetMinutes }: Rfc3339Time): ClockReading {
  const local = seconds + offsetMinutes * 60;
  const days = Math.floor(local / 86_400);
  const rest = local - days * 86_400;
  return {
    ...civilFromDays(days),
    hour: Math.floor(rest / 3600),
    minute: Math.floor(rest / 60) % 60,
    second: rest % 60,
    weekday: weekdayOf(days),
  };
}

const two = (value: number): string => String(value).padStart(2, "0");

/** `+02:00`, or with another separator. */
export function formatOffset(minutes: number, separator = ":"): string {
  const magnitude = Math.abs(minutes);
  return `${minutes < 0 ? "-" : "+"}${two(Math.floor(magnitude / 60))}${separator}${two(magnitude % 60)}`;
}

export function formatRfc3339(time: Rfc3339Time): string {
  const { year, month, day, hour, minute, second } = readingOf(time);
  const fraction = String(time.nanoseconds).padStart(9, "0").replace(/0+$/, "");
  const date = `${String(year).padStart(4, "0")}-${two(month)}-${two(day)}`;
  const clock = `${two(hour)}:${two(minute)}:${two(second)}${fraction === "" ? "" : `.${fraction}`}`;
  return `${date}T${clock}${time.offsetMinutes === 0 ? "Z" : formatOffset(time.offsetMinutes)}`;
}
