import { formatDuration, parseDuration } from "#core/values";
import { parseTime } from "../format/time-layout.ts";
import type { Session } from "../engine/session.ts";
import { addNanoseconds, isTime, momentOf, timeValue } from "../functions/time-value.ts";
import { refuse, text } from "../functions/define.ts";
import type { TemplateFunction } from "../language/function.ts";
import { Int, type Struct, type Value, typeName } from "../values/value.ts";
import { sprig } from "./define.ts";

const f = sprig("times");
const local = sprig("times", "local");
const SECOND_NS = 1_000_000_000;

/** Seconds as a duration's text; only texts are read, other values count as none. */
function duration(value: Value): string {
  const seconds = typeof value === "string" ? Number(value) : 0;
  return formatDuration(Number.isSafeInteger(seconds * SECOND_NS) ? seconds * SECOND_NS : 0);
}

const units: readonly (readonly [number, string])[] = [
  [31_536_000, "y"],
  [2_592_000, "mo"],
  [86_400, "d"],
  [3600, "h"],
  [60, "m"],
  [1, "s"],
];

/** A duration in its greatest unit: `2h`, `16d`. */
function rounded(value: Value, nowMs: number): string {
  const seconds = Math.trunc(nanosecondsOf(value, nowMs) / SECOND_NS);
  for (const [size, unit] of units) if (seconds >= size) return `${Math.trunc(seconds / size)}${unit}`;
  return "0s";
}

function nanosecondsOf(value: Value, nowMs: number): number {
  if (typeof value === "string") {
    const parsed = parseDuration(value);
    return typeof parsed === "number" ? parsed : 0;
  }
  if (isTime(value)) return nowMs * 1_000_000 - momentOf(value).seconds * SECOND_NS;
  return value instanceof Int ? Number(value.value) : 0;
}

function toTime(layout: string, value: string, isStrict: boolean): Value {
  const parsed = parseTime(layout, value);
  if (typeof parsed !== "string") return timeValue(parsed);
  return isStrict
    ? refuse(parsed)
    : timeValue({ seconds: -62_135_596_800, nanoseconds: 0, offsetSeconds: 0, zone: "UTC" });
}

function modified(by: string, value: Value, isStrict: boolean): Value {
  const time = timeArgument(value, "dateModify");
  const parsed = parseDuration(by);
  if (typeof parsed === "number") return addNanoseconds(momentOf(time), BigInt(parsed));
  return isStrict ? refuse(`time: invalid duration ${JSON.stringify(by)}`) : time;
}

function timeArgument(value: Value, name: string): Struct {
  return isTime(value) ? value : refuse(`${name}: wrong argument type ${typeName(value)}`);
}

function ago(value: Value, session: Session): string {
  const { nowMs } = session.host;
  const at = isTime(value) ? momentOf(value).seconds : value instanceof Int ? Number(value.value) : nowMs / 1000;
  return formatDuration(Math.round(nowMs / 1000 - at) * SECOND_NS);
}

export const sprigTimes: readonly TemplateFunction[] = [
  f("duration", "any", "string", "seconds as a duration", ([value]) => duration(value)),
  local("durationRound", "any", "string", "a duration in its greatest unit", ([value], session) =>
    rounded(value, session.host.nowMs),
  ),
  f("toDate", "string; string", "time.Time", "the time of a text by a Go layout", ([layout, value]) =>
    toTime(text(layout), text(value), false),
  ),
  f("mustToDate", "string; string", "time.Time", "the time of a text by a Go layout", ([layout, value]) =>
    toTime(text(layout), text(value), true),
  ),
  f("unixEpoch", "any", "string", "seconds since 1970", ([value]) =>
    String(momentOf(timeArgument(value, "unixEpoch")).seconds),
  ),
  f("mustDateModify", "string; any", "time.Time", "a time moved by a duration", ([by, value]) =>
    modified(text(by), value, true),
  ),
  local("ago", "any", "string", "how long ago", ([value], session) => ago(value, session)),
];
