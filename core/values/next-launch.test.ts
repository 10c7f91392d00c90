import { describe, expect, it } from "vitest";
import { nextLaunchMs, parseCron } from "./mod.ts";

function next(spec: string, zone: string, after: string): string | undefined {
  const parsed = parseCron(spec);
  if (!parsed.ok) throw new Error(parsed.failure.message);
  const ms = nextLaunchMs([parsed.value], zone, Date.parse(after));
  return ms === undefined ? undefined : new Date(ms).toISOString();
}

describe("the next launch of a cron expression", () => {
  it("is on the clocks of its time zone", () => {
    expect(next("0 9 * * *", "UTC", "2026-03-01T10:00:00Z")).toBe("2026-03-02T09:00:00.000Z");
    expect(next("0 9 * * *", "Europe/Madrid", "2026-01-01T10:00:00Z")).toBe("2026-01-02T08:00:00.000Z");
    expect(next("0 9 * * *", "America/New_York", "2026-07-01T10:00:00Z")).toBe("2026-07-01T13:00:00.000Z");
  });

  it("follows clock changes, and takes a skipped time as it would have been", () => {
    expect(next("0 9 * * *", "Europe/Madrid", "2026-03-28T12:00:00Z")).toBe("2026-03-29T07:00:00.000Z");
    expect(next("30 2 29 3 *", "Europe/Madrid", "2026-03-28T12:00:00Z")).toBe("2026-03-29T01:30:00.000Z");
  });

  it("is nothing once the years are over", () => {
    expect(next("0 0 1 1 * 2020", "UTC", "2026-01-01T00:00:00Z")).toBeUndefined();
  });
});
