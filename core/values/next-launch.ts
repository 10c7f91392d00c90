import { type CronExpression, nextCron } from "./cron.ts";
import { ZoneClock } from "./time-zone.ts";

/**
 * The first moment after `afterMs` at which one of the expressions holds on the clocks of a time zone (an IANA name); both
 * in milliseconds since 1970 UTC. Undefined when none does to 2099. A time that a clock change skips counts as it would
 * have without the change.
 */
export function nextLaunchMs(
  expressions: readonly CronExpression[],
  timeZone: string,
  afterMs: number,
): number | undefined {
  const clock = new ZoneClock(timeZone);
  const after = clock.timeAt(afterMs);
  const candidates = expressions.flatMap((expression) => {
    const next = nextCron(expression, after);
    return next === undefined ? [] : [clock.msOf(next)];
  });
  return candidates.length === 0 ? undefined : Math.min(...candidates);
}
