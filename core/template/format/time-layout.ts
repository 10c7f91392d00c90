import { type ClockReading, civilFromDays, daysFromCivil, daysInMonth, escapeRegex } from "#core/values";
import { months, weekdays } from "./default.ts";

/** A moment with the clock that shows it. */
export interface Moment {
  /** Seconds since 1970 in UTC. */
  readonly seconds: number;
  readonly nanoseconds: number;
  readonly offsetSeconds: number;
  readonly zone: string;
}

/** The pieces of a layout: how Go writes its reference time, Mon Jan 2 15:04:05 MST 2006. */
const piece =
  /January|Jan|Monday|Mon|MST|2006|-07:00:00|-07:00|-0700|-07|Z07:00:00|Z07:00|Z0700|Z07|01|02|03|04|05|06|002|15|PM|pm|__2|_2|[.,]0+(?![0-9])|[.,]9+(?![0-9])|1|2|3|4|5/g;

export function clockOf({ seconds, offsetSeconds }: Moment): ClockReading & { readonly yearDay: number } {
  const local = seconds + offsetSeconds;
  const days = Math.floor(local / 86_400);
  const rest = local - days * 86_400;
  const { year, month, day } = civilFromDays(days);
  return {
    year,
    month,
    day,
    hour: Math.floor(rest / 3600),
    minute: Math.floor(rest / 60) % 60,
    second: rest % 60,
    weekday: (((days + 4) % 7) + 7) % 7,
    yearDay: days - daysFromCivil({ year, month: 1, day: 1 }) + 1,
  };
}

const two = (value: number): string => String(value).padStart(2, "0");

function offsetText(offsetSeconds: number, form: string): string {
  const isZ = form.startsWith("Z");
  if (isZ && offsetSeconds === 0) return "Z";
  const sign = offsetSeconds < 0 ? "-" : "+";
  const magnitude = Math.abs(offsetSeconds);
  const colon = form.includes(":") ? ":" : "";
  const hours = two(Math.floor(magnitude / 3600));
  const minutes = form.length <= 3 ? "" : colon + two(Math.floor(magnitude / 60) % 60);
  const seconds = form.split(":").length === 3 ? colon + two(magnitude % 60) : "";
  return sign + hours + minutes + seconds;
}

function fraction(nanoseconds: number, form: string): string {
  const digits = String(nanoseconds)
    .padStart(9, "0")
    .slice(0, form.length - 1);
  const kept = form[1] === "9" ? digits.replace(/0+$/, "") : digits;
  return kept === "" ? "" : form.charAt(0) + kept;
}

/** Formats by a Go layout. */
export function formatTime(moment: Moment, layout: string): string {
  const clock = clockOf(moment);
  const hour12 = clock.hour % 12 === 0 ? 12 : clock.hour % 12;
  const values: Readonly<Record<string, () => string>> = {
    January: () => months[clock.month - 1] ?? "",
    Jan: () => (months[clock.month - 1] ?? "").slice(0, 3),
    "1": () => String(clock.month),
    "01": () => two(clock.month),
    Monday: () => weekdays[clock.weekday] ?? "",
    Mon: () => (weekdays[clock.weekday] ?? "").slice(0, 3),
    "2": () => String(clock.day),
    _2: () => String(clock.day).padStart(2),
    "02": () => two(clock.day),
    __2: () => String(clock.yearDay).padStart(3),
    "002": () => String(clock.yearDay).padStart(3, "0"),
    "15": () => two(clock.hour),
    "3": () => String(hour12),
    "03": () => two(hour12),
    "4": () => String(clock.minute),
    "04": () => two(clock.minute),
    "5": () => String(clock.second),
    "05": () => two(clock.second),
    "2006": () => String(clock.year).padStart(4, "0"),
    "06": () => two(((clock.year % 100) + 100) % 100),
    PM: () => (clock.hour >= 12 ? "PM" : "AM"),
    pm: () => (clock.hour >= 12 ? "pm" : "am"),
    MST: () => (moment.zone === "" ? offsetText(moment.offsetSeconds, "-0700") : moment.zone),
  };
  return layout.replace(piece, (form) => {
    if (/^[-Z]/.test(form)) return offsetText(moment.offsetSeconds, form);
    if (/^[.,]/.test(form)) return fraction(moment.nanoseconds, form);
    return values[form]?.() ?? form;
  });
}

interface Parsed {
  year: number;
  month: number;
  day: number;
  hour: number;
  minute: number;
  second: number;
  nanoseconds: number;
  isAfternoon: boolean | undefined;
  offsetSeconds: number;
  zone: string;
}

type Reader = readonly [pattern: string, store: (into: Parsed, text: string) => void];

function monthNumber(text: string): number {
  return months.findIndex((name) => name.slice(0, 3).toLowerCase() === text.slice(0, 3).toLowerCase()) + 1;
}

const monthNames = months.join("|");
const weekdayNames = weekdays.join("|");
const readers: Readonly<Record<string, Reader>> = {
  January: [monthNames, (into, text) => (into.month = monthNumber(text))],
  Jan: [months.map((name) => name.slice(0, 3)).join("|"), (into, text) => (into.month = monthNumber(text))],
  "1": ["\\d\\d?", (into, text) => (into.month = Number(text))],
  "01": ["\\d\\d", (into, text) => (into.month = Number(text))],
  Monday: [weekdayNames, () => undefined],
  Mon: [weekdays.map((name) => name.slice(0, 3)).join("|"), () => undefined],
  "2": ["\\d\\d?", (into, text) => (into.day = Number(text))],
  _2: [" ?\\d\\d?", (into, text) => (into.day = Number(text))],
  "02": ["\\d\\d", (into, text) => (into.day = Number(text))],
  "15": ["\\d\\d", (into, text) => (into.hour = Number(text))],
  "3": ["\\d\\d?", (into, text) => (into.hour = Number(text))],
  "03": ["\\d\\d", (into, text) => (into.hour = Number(text))],
  "4": ["\\d\\d?", (into, text) => (into.minute = Number(text))],
  "04": ["\\d\\d", (into, text) => (into.minute = Number(text))],
  "5": ["\\d\\d?(?:[.,]\\d+)?", storeSecond],
  "05": ["\\d\\d(?:[.,]\\d+)?", storeSecond],
  "2006": ["\\d{4}", (into, text) => (into.year = Number(text))],
  "06": ["\\d\\d", (into, text) => (into.year = Number(text) + (Number(text) >= 69 ? 1900 : 2000))],
  PM: ["AM|PM", (into, text) => (into.isAfternoon = text === "PM")],
  pm: ["am|pm", (into, text) => (into.isAfternoon = text === "pm")],
  MST: ["[A-Z]{3,5}|[-+]\\d\\d(?:\\d\\d)?", (into, text) => (into.zone = text)],
};

function storeSecond(into: Parsed, text: string): void {
  const [whole = "0", rest = ""] = text.split(/[.,]/);
  into.second = Number(whole);
  into.nanoseconds = Number(rest.padEnd(9, "0").slice(0, 9));
}

function storeOffset(into: Parsed, text: string): void {
  into.zone = text === "Z" ? "UTC" : "";
  const [, sign, hours = "0", minutes = "0"] = /^([-+])(\d\d):?(\d\d)?/.exec(text) ?? [];
  into.offsetSeconds = (sign === "-" ? -1 : 1) * (Number(hours) * 3600 + Number(minutes) * 60);
}

/** Reads a text by a Go layout; what is wrong when it does not fit. */
export function parseTime(layout: string, text: string): Moment | string {
  const into: Parsed = {
    year: 0,
    month: 1,
    day: 1,
    hour: 0,
    minute: 0,
    second: 0,
    nanoseconds: 0,
    isAfternoon: undefined,
    offsetSeconds: 0,
    zone: "UTC",
  };
  const wrong = `parsing time ${JSON.stringify(text)} as ${JSON.stringify(layout)}: cannot parse ${JSON.stringify(text)} as ${JSON.stringify(layout)}`;
  const stores: Reader[1][] = [];
  const pattern = escapeRegex(layout);
  const source = pattern.replace(new RegExp(piece.source.replaceAll("[.,]", "\\\\\\."), "g"), (form) => {
    if (form.startsWith("\\.")) return "(?:\\.\\d+)?";
    const [expression, store] = /^[-Z]/.test(form)
      ? ([form.startsWith("Z") ? "Z|[-+]\\d\\d:?(?:\\d\\d)?" : "[-+]\\d\\d:?(?:\\d\\d)?", storeOffset] as const)
      : (readers[form] ?? (["\\d+", () => undefined] as const));
    stores.push(store);
    return `(${expression})`;
  });
  const found = new RegExp(`^${source}$`).exec(text);
  if (found === null) return wrong;
  stores.forEach((store, index) => store(into, found[index + 1] ?? ""));
  return momentOf(into) ?? `${wrong}: value out of range`;
}

function momentOf(parsed: Parsed): Moment | undefined {
  const { year, month, day, minute, second, isAfternoon } = parsed;
  let { hour } = parsed;
  if (isAfternoon === true && hour < 12) hour += 12;
  if (isAfternoon === false && hour === 12) hour = 0;
  if (month < 1 || month > 12 || day < 1 || day > daysInMonth(year, month)) return undefined;
  if (hour > 23 || minute > 59 || second > 59) return undefined;
  const days = daysFromCivil({ year, month, day });
  const seconds = days * 86_400 + hour * 3600 + minute * 60 + second - parsed.offsetSeconds;
  return { seconds, nanoseconds: parsed.nanoseconds, offsetSeconds: parsed.offsetSeconds, zone: parsed.zone };
}
