import { refuse } from "./define.ts";
import { formatTime, clockOf, type Moment } from "../format/time-layout.ts";
import { Int, int, intOf, type Method, Struct, type StructType, type Value } from "../values/value.ts";

export function utcMoment(timeMs: number): Moment {
  return {
    seconds: Math.floor(timeMs / 1000),
    nanoseconds: (((timeMs % 1000) + 1000) % 1000) * 1_000_000,
    offsetSeconds: 0,
    zone: "UTC",
  };
}

export function momentOf(value: Struct): Moment {
  return value.inner as Moment;
}

function nanosecondsOf({ seconds, nanoseconds }: Moment): bigint {
  return BigInt(seconds) * 1_000_000_000n + BigInt(nanoseconds);
}

function method(params: readonly string[], call: (moment: Moment, args: readonly Value[]) => Value): Method {
  return { params, call: (self: Struct, args: readonly Value[]) => call(momentOf(self), args) };
}

function part(read: (clock: ReturnType<typeof clockOf>) => Value): Method {
  return method([], (moment) => read(clockOf(moment)));
}

function ordered(test: (left: bigint, right: bigint) => boolean): Method {
  return method(["any"], (moment, [other]) => test(nanosecondsOf(moment), nanosecondsOf(otherMoment(other))));
}

function otherMoment(value: Value): Moment {
  return isTime(value) ? momentOf(value) : refuse("wrong type for value; expected time.Time");
}

/** Go's time.Time as templates use it. */
export const timeType: StructType = {
  name: "time.Time",
  isPointer: false,
  fields: [],
  show: (self) => formatTime(momentOf(self), "2006-01-02 15:04:05.999999999 -0700 MST"),
  encode: (self) => formatTime(momentOf(self), "2006-01-02T15:04:05.999999999Z07:00"),
  methods: {
    Year: part(({ year }) => int(year)),
    Month: part(({ month }) => new Int("time.Month", month)),
    Day: part(({ day }) => int(day)),
    Hour: part(({ hour }) => int(hour)),
    Minute: part(({ minute }) => int(minute)),
    Second: part(({ second }) => int(second)),
    YearDay: part(({ yearDay }) => int(yearDay)),
    Weekday: part(({ weekday }) => new Int("time.Weekday", weekday)),
    Nanosecond: method([], ({ nanoseconds }) => int(nanoseconds)),
    Unix: method([], ({ seconds }) => new Int("int64", seconds)),
    UnixMilli: method([], (moment) => intOf("int64", nanosecondsOf(moment) / 1_000_000n)),
    UnixNano: method([], (moment) => intOf("int64", nanosecondsOf(moment))),
    Format: method(["string"], (moment, [layout]) => formatTime(moment, layout as string)),
    String: method([], (moment) => formatTime(moment, "2006-01-02 15:04:05.999999999 -0700 MST")),
    UTC: method([], (moment) => timeValue({ ...moment, offsetSeconds: 0, zone: "UTC" })),
    After: ordered((left, right) => left > right),
    Before: ordered((left, right) => left < right),
    Equal: ordered((left, right) => left === right),
    IsZero: method([], ({ seconds }) => seconds === -62_135_596_800),
    Sub: method(["any"], (moment, [other]) =>
      intOf("time.Duration", nanosecondsOf(moment) - nanosecondsOf(otherMoment(other))),
    ),
    Add: method(["any"], (moment, [duration]) =>
      addNanoseconds(
        moment,
        duration instanceof Int ? BigInt(duration.value) : refuse("wrong type for value; expected time.Duration"),
      ),
    ),
  },
};

export function timeValue(moment: Moment): Struct {
  return new Struct(timeType, {}, moment);
}

export function isTime(value: Value): value is Struct {
  return value instanceof Struct && value.type === timeType;
}

export function addNanoseconds(moment: Moment, nanoseconds: bigint): Struct {
  const total = nanosecondsOf(moment) + nanoseconds;
  const rest = ((total % 1_000_000_000n) + 1_000_000_000n) % 1_000_000_000n;
  return timeValue({ ...moment, seconds: Number((total - rest) / 1_000_000_000n), nanoseconds: Number(rest) });
}
