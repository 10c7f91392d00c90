import { daysFromCivil } from "./calendar.ts";
import type { CronTime } from "./cron.ts";

const HOUR_MS = 3_600_000;

/** The clocks of a time zone (an IANA name), by the platform's own tables. */
export class ZoneClock {
  readonly #format: Intl.DateTimeFormat;

  constructor(timeZone: string) {
    this.#format = new Intl.DateTimeFormat("en-US", {
      timeZone,
      hourCycle: "h23",
      year: "numeric",
      month: "numeric",
      day: "numeric",
      hour: "numeric",
      minute: "numeric",
      second: "numeric",
    });
  }

  timeAt(ms: number): CronTime {
    const parts = new Map(this.#format.formatToParts(ms).map(({ type, value }) => [type, Number(value)]));
    const part = (name: Intl.DateTimeFormatPartTypes): number => parts.get(name) ?? 0;
    const [year, month, day] = [part("year"), part("month"), part("day")];
    return { year, month, day, hour: part("hour"), minute: part("minute"), second: part("second") };
  }

  /** Tries the offsets around the day, since the offset at a time is only known once the time is. */
  msOf(time: CronTime): number {
    const asUtcMs = utcMs(time);
    for (const guessMs of [asUtcMs - 24 * HOUR_MS, asUtcMs + 24 * HOUR_MS]) {
      const ms = asUtcMs - this.#offsetMs(guessMs);
      if (utcMs(this.timeAt(ms)) === asUtcMs) return ms;
    }
    return asUtcMs - this.#offsetMs(asUtcMs - 24 * HOUR_MS);
  }

  #offsetMs(ms: number): number {
    return utcMs(this.timeAt(ms)) - Math.floor(ms / 1000) * 1000;
  }
}

function utcMs({ hour, minute, second, ...date }: CronTime): number {
  return (((daysFromCivil(date) * 24 + hour) * 60 + minute) * 60 + second) * 1000;
}
