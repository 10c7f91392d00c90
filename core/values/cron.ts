import { err, ok, type Result } from "#core/base";
import { daysFromCivil, daysInMonth, weekdayOf } from "./calendar.ts";

/**
 * Cron expressions: `[second] minute hour day month weekday [year]`, lists, ranges, steps, names, and `L`, `W`, `#` for
 * days; `@hourly` and the like. Without a second field it is 0; without a year every year to 2099.
 */
export interface CronExpression {
  readonly seconds: readonly number[];
  readonly minutes: readonly number[];
  readonly hours: readonly number[];
  readonly months: ReadonlySet<number>;
  readonly years: ReadonlySet<number> | undefined;
  /** Whether the expression means this day of a month. */
  readonly matchesDay: (year: number, month: number, day: number) => boolean;
}

/** A time of day on a date, in whatever zone the caller thinks in. */
export interface CronTime {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
}

const macros: Readonly<Record<string, string>> = {
  "@annually": "0 0 0 1 1 * *",
  "@yearly": "0 0 0 1 1 * *",
  "@monthly": "0 0 0 1 * * *",
  "@weekly": "0 0 0 * * 0 *",
  "@daily": "0 0 0 * * * *",
  "@midnight": "0 0 0 * * * *",
  "@hourly": "0 0 * * * * *",
};
const monthNames = "jan feb mar apr may jun jul aug sep oct nov dec".split(" ");
const dayNames = "sun mon tue wed thu fri sat".split(" ");
const YEAR_MIN = 1970;
const YEAR_MAX = 2099;
const TEXT_MAX = 512;

class FieldFault extends Error {
  override readonly name = "FieldFault";
}

interface FieldSpec {
  readonly name: string;
  readonly low: number;
  readonly high: number;
  readonly names?: readonly string[];
}

/** Reads an expression; the failure names the field. */
export function parseCron(text: string): Result<CronExpression> {
  if (text.length > TEXT_MAX) return err("invalid", "the expression is too long");
  const fields = (macros[text.trim().toLowerCase()] ?? text).trim().split(/\s+/);
  if (fields.length < 5) return err("invalid", "missing field(s)");
  if (fields.length > 7) return err("invalid", "too many fields");
  const [second, minute, hour, day, month, weekday, year] =
    fields.length === 5 ? ["0", ...fields, "*"] : fields.length === 6 ? ["0", ...fields] : fields;
  try {
    const monthDays = dayOfMonth(day as string);
    const weekDays = dayOfWeek(weekday as string);
    const [anyMonthDay, anyWeekDay] = [day === "*" || day === "?", weekday === "*" || weekday === "?"];
    return ok({
      seconds: numbers(second as string, { name: "second", low: 0, high: 59 }),
      minutes: numbers(minute as string, { name: "minute", low: 0, high: 59 }),
      hours: numbers(hour as string, { name: "hour", low: 0, high: 23 }),
      months: new Set(numbers(month as string, { name: "month", low: 1, high: 12, names: monthNames })),
      years:
        year === "*" ? undefined : new Set(numbers(year as string, { name: "year", low: YEAR_MIN, high: YEAR_MAX })),
      // With both restricted, either is enough; with one, that one.
      matchesDay: (y, m, d) =>
        anyMonthDay && anyWeekDay
          ? true
          : anyMonthDay
            ? weekDays(y, m, d)
            : anyWeekDay
              ? monthDays(y, m, d)
              : monthDays(y, m, d) || weekDays(y, m, d),
    });
  } catch (error) {
    if (error instanceof FieldFault) return err("invalid", error.message);
    throw error;
  }
}

/** The values of a field made of lists, ranges and steps, ascending. */
function numbers(text: string, spec: FieldSpec): number[] {
  const found = new Set<number>();
  for (const part of text.split(",")) {
    const [low, high, step] = rangeOf(part, spec);
    for (let value = low; value <= high; value += step) found.add(value);
  }
  return [...found].sort((a, b) => a - b);
}

function rangeOf(part: string, spec: FieldSpec): [number, number, number] {
  const match = /^(?:(\*)|([0-9a-z]+)(?:-([0-9a-z]+))?)(?:\/(\d+))?$/i.exec(part === "?" ? "*" : part);
  if (match === null) throw fault(spec, part);
  const step = match[4] === undefined ? 1 : Number(match[4]);
  if (step < 1 || step > spec.high) throw fault(spec, part);
  if (match[1] === "*") return [spec.low, spec.high, step];
  const low = valueOf(match[2] as string, spec, part);
  const high = match[3] === undefined ? (match[4] === undefined ? low : spec.high) : valueOf(match[3], spec, part);
  if (high < low) throw fault(spec, part);
  return [low, high, step];
}

function valueOf(text: string, spec: FieldSpec, part: string): number {
  const named =
    spec.names?.findIndex((name) => text.toLowerCase() === name || text.toLowerCase().startsWith(name)) ?? -1;
  const value = /^\d+$/.test(text) ? Number(text) : named === -1 ? Number.NaN : named + spec.low;
  if (!(value >= spec.low && value <= spec.high)) throw fault(spec, part);
  return value;
}

function fault(spec: FieldSpec, part: string): FieldFault {
  return new FieldFault(`syntax error in ${spec.name} field: '${part}'`);
}

type DayTest = (year: number, month: number, day: number) => boolean;

function anyTest(tests: readonly DayTest[]): DayTest {
  return (year, month, day) => tests.some((test) => test(year, month, day));
}

const isWeekend = (year: number, month: number, day: number): boolean =>
  weekdayOf(daysFromCivil({ year, month, day })) % 6 === 0;

/** The working day nearest to a day, within its month. */
function nearestWorkday(year: number, month: number, wanted: number): number {
  const last = daysInMonth(year, month);
  const day = Math.min(wanted, last);
  const weekday = weekdayOf(daysFromCivil({ year, month, day }));
  if (weekday === 6) return day > 1 ? day - 1 : day + 2;
  if (weekday === 0) return day < last ? day + 1 : day - 2;
  return day;
}

function dayOfMonth(text: string): DayTest {
  const spec: FieldSpec = { name: "day-of-month", low: 1, high: 31 };
  return anyTest(
    text.split(",").map((part): DayTest => {
      if (part.toUpperCase() === "L") return (year, month, day) => day === daysInMonth(year, month);
      if (part.toUpperCase() === "LW" || part.toUpperCase() === "WL")
        return (year, month, day) => day === nearestWorkday(year, month, 31) && !isWeekend(year, month, day);
      const workday = /^(\d{1,2})W$/i.exec(part);
      if (workday === null) {
        const days = new Set(numbers(part, spec));
        return (_year, _month, day) => days.has(day);
      }
      const wanted = valueOf(workday[1] as string, spec, part);
      return (year, month, day) => wanted <= daysInMonth(year, month) && day === nearestWorkday(year, month, wanted);
    }),
  );
}

function dayOfWeek(text: string): DayTest {
  const spec: FieldSpec = { name: "day-of-week", low: 0, high: 7, names: dayNames };
  return anyTest(
    text.split(",").map((part): DayTest => {
      const special = /^([0-9a-z]+?)(?:(L)|#([1-5]))$/i.exec(part);
      if (special === null) {
        const days = new Set(numbers(part, spec).map((day) => day % 7));
        return (year, month, day) => days.has(weekdayOf(daysFromCivil({ year, month, day })));
      }
      const wanted = valueOf(special[1] as string, spec, part) % 7;
      const nth = special[3] === undefined ? undefined : Number(special[3]);
      return (year, month, day) =>
        weekdayOf(daysFromCivil({ year, month, day })) === wanted &&
        (nth === undefined ? day > daysInMonth(year, month) - 7 : Math.ceil(day / 7) === nth);
    }),
  );
}

/** The first time strictly after another at which the expression holds; undefined when there is none to 2099. */
export function nextCron(expression: CronExpression, after: CronTime): CronTime | undefined {
  let { year, month, day } = after;
  for (let first = true; year <= YEAR_MAX; first = false) {
    if (dateMatches(expression, year, month, day)) {
      const found = timeOnDay(expression, first ? after : undefined);
      if (found !== undefined) return { year, month, day, ...found };
    }
    day += 1;
    if (day > daysInMonth(year, month)) {
      day = 1;
      month += 1;
    }
    if (month > 12) {
      month = 1;
      year += 1;
    }
  }
  return undefined;
}

function dateMatches({ years, months, matchesDay }: CronExpression, year: number, month: number, day: number): boolean {
  return (years?.has(year) ?? true) && months.has(month) && matchesDay(year, month, day);
}

function timeOnDay(
  { hours, minutes, seconds }: CronExpression,
  after: CronTime | undefined,
): Pick<CronTime, "hour" | "minute" | "second"> | undefined {
  const floor = after === undefined ? -1 : (after.hour * 60 + after.minute) * 60 + after.second;
  for (const hour of hours) {
    if ((hour + 1) * 3600 <= floor) continue;
    for (const minute of minutes) {
      const start = (hour * 60 + minute) * 60;
      if (start + 60 <= floor) continue;
      const second = seconds.find((item) => start + item > floor);
      if (second !== undefined) return { hour, minute, second };
    }
  }
  return undefined;
}
