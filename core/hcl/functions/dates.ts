import {
  type ClockReading,
  formatOffset,
  formatRfc3339,
  parseDuration,
  parseRfc3339,
  type Rfc3339Time,
  readingOf,
} from "#core/values";
import { FunctionFault, type HclFunction } from "../scope.ts";
import { stringValue } from "../value.ts";
import { aString, define, textOf } from "./define.ts";

const weekdays = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];
const months = "January February March April May June July August September October November December".split(" ");

function timeOf(text: string, argument: number): Rfc3339Time {
  const time = parseRfc3339(text);
  if (time === undefined)
    throw new FunctionFault(
      `${JSON.stringify(text)} is no RFC 3339 timestamp such as "2024-02-29T23:05:09Z"`,
      argument,
    );
  return time;
}

const two = (value: number): string => String(value).padStart(2, "0");
const twelve = (hour: number): number => hour % 12 || 12;

type Sequence = (reading: ClockReading, offsetMinutes: number) => string;

/** What each run of a letter stands for. */
const sequences: ReadonlyMap<string, Sequence> = new Map<string, Sequence>([
  ["YY", ({ year }) => two(year % 100)],
  ["YYYY", ({ year }) => String(year).padStart(4, "0")],
  ["M", ({ month }) => String(month)],
  ["MM", ({ month }) => two(month)],
  ["MMM", ({ month }) => (months[month - 1] as string).slice(0, 3)],
  ["MMMM", ({ month }) => months[month - 1] as string],
  ["D", ({ day }) => String(day)],
  ["DD", ({ day }) => two(day)],
  ["EEE", ({ weekday }) => (weekdays[weekday] as string).slice(0, 3)],
  ["EEEE", ({ weekday }) => weekdays[weekday] as string],
  ["h", ({ hour }) => String(hour)],
  ["hh", ({ hour }) => two(hour)],
  ["H", ({ hour }) => String(twelve(hour))],
  ["HH", ({ hour }) => two(twelve(hour))],
  ["AA", ({ hour }) => (hour < 12 ? "AM" : "PM")],
  ["aa", ({ hour }) => (hour < 12 ? "am" : "pm")],
  ["m", ({ minute }) => String(minute)],
  ["mm", ({ minute }) => two(minute)],
  ["s", ({ second }) => String(second)],
  ["ss", ({ second }) => two(second)],
  ["Z", (_, offset) => (offset === 0 ? "Z" : formatOffset(offset))],
  ["ZZZ", (_, offset) => (offset === 0 ? "UTC" : formatOffset(offset, ""))],
  ["ZZZZ", (_, offset) => formatOffset(offset, "")],
  ["ZZZZZ", (_, offset) => formatOffset(offset)],
]);

function formatDate(format: string, time: Rfc3339Time): string {
  const reading = readingOf(time);
  return format.replace(/'((?:[^']|'')*)'?|([A-Za-z])\2*/g, (run, quoted?: string) => {
    if (quoted !== undefined) {
      if (!run.endsWith("'") || run.length < 2) throw new FunctionFault("unterminated literal '", 0);
      return quoted.replaceAll("''", "'");
    }
    const sequence = sequences.get(run);
    if (sequence === undefined)
      throw new FunctionFault(
        `invalid date format verb ${JSON.stringify(run)}: letters that are text go in single quotes`,
        0,
      );
    return sequence(reading, time.offsetMinutes);
  });
}

/** Whole seconds: a fraction is cut, as in the compatible function. */
function addDuration(time: Rfc3339Time, duration: string): string {
  const added = parseDuration(duration);
  if (typeof added === "string") throw new FunctionFault(added, 1);
  const total = BigInt(time.nanoseconds) + BigInt(added);
  const billion = 1_000_000_000n;
  const rest = ((total % billion) + billion) % billion;
  return formatRfc3339({ ...time, seconds: time.seconds + Number((total - rest) / billion), nanoseconds: 0 });
}

export const dateFunctions: ReadonlyMap<string, HclFunction> = new Map<string, HclFunction>([
  [
    "formatdate",
    define([aString("format"), aString("time")], ([format, time]) =>
      stringValue(formatDate(textOf(format), timeOf(textOf(time), 1))),
    ),
  ],
  [
    "timeadd",
    define([aString("timestamp"), aString("duration")], ([time, duration]) =>
      stringValue(addDuration(timeOf(textOf(time), 0), textOf(duration))),
    ),
  ],
]);
