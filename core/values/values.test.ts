import { expect, test } from "vitest";
import {
  compareVersions,
  formatDuration,
  nextCron,
  parseCidr,
  parseCron,
  parseDuration,
  parseIp,
  formatIp,
  parseRfc3339,
  formatRfc3339,
  parseSemver,
  parseVersion,
  parseVersionConstraint,
  satisfies,
} from "./mod.ts";

test("durations read and print as Go's", () => {
  for (const text of ["1h30m0s", "1.5s", "250ms", "0s", "-5s", "1µs", "12ns", "2562047h0m0s"]) {
    const value = parseDuration(text);
    expect(typeof value === "number" ? formatDuration(value) : value).toBe(text);
  }
  expect(parseDuration("1h2m3.004005006s")).toBe(3_723_004_005_006);
  expect(parseDuration(".5m")).toBe(30_000_000_000);
  for (const text of ["", "1", "1d", "x", "1.s.", "--1s", "9999999h", "1 h"])
    expect(parseDuration(text), text).toBeTypeOf("string");
});

test("version constraints follow the loose and the strict rules", () => {
  const holds = (kind: "version" | "semver", version: string, constraint: string): boolean | undefined => {
    const parsed = kind === "semver" ? parseSemver(version) : parseVersion(version);
    const terms = parseVersionConstraint(kind, constraint);
    return parsed && terms && satisfies(parsed, terms);
  };
  expect(holds("version", "5.4.12", "~> 5.4")).toBe(true);
  expect(holds("version", "6.0", "~> 5.4")).toBe(false);
  expect(holds("version", "5.4.3", "~> 5.4.2")).toBe(true);
  expect(holds("version", "5.5.0", "~> 5.4.2")).toBe(false);
  expect(holds("version", "1.7.0-beta1", ">= 1.6")).toBe(false);
  expect(holds("semver", "1.7.0-beta1", ">= 1.6.0")).toBe(true);
  expect(holds("version", "1.2.3", ">= 1.0, < 2, != 1.5")).toBe(true);
  expect(parseVersionConstraint("semver", "~> 1.0")).toBeUndefined();
  expect(parseVersionConstraint("version", "newer than 3")).toBeUndefined();
  const order = ["1.0.0-alpha", "1.0.0-alpha.1", "1.0.0-beta.2", "1.0.0-beta.11", "1.0.0-rc.1", "1.0.0"];
  for (let at = 1; at < order.length; at++)
    expect(compareVersions(parseSemver(order[at - 1]!)!, parseSemver(order[at]!)!)).toBeLessThan(0);
});

test("cron expressions", () => {
  const next = (text: string, from: string): string => {
    const parsed = parseCron(text);
    if (!parsed.ok) return parsed.failure.message;
    const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = from.split(/\D/).map(Number);
    const found = nextCron(parsed.value, { year, month, day, hour, minute, second });
    return found === undefined ? "never" : Object.values(found).join(" ");
  };
  expect(next("*/15 * * * *", "2024-01-01 00:07:30")).toBe("2024 1 1 0 15 0");
  expect(next("0 0 29 2 *", "2024-03-01 00:00:00")).toBe("2028 2 29 0 0 0");
  expect(next("@daily", "2024-12-31 23:59:59")).toBe("2025 1 1 0 0 0");
  expect(next("0 12 L * *", "2024-02-01 00:00:00")).toBe("2024 2 29 12 0 0");
  expect(next("0 0 1W * *", "2024-05-31 00:00:00")).toBe("2024 6 3 0 0 0");
  expect(next("0 0 * * 5#2", "2024-01-01 00:00:00")).toBe("2024 1 12 0 0 0");
  expect(next("0 0 * * friL", "2024-01-01 00:00:00")).toBe("2024 1 26 0 0 0");
  expect(next("15 30 5,10 1-5/2 * * 2030", "2024-01-01 00:00:00")).toBe("2030 1 1 5 30 15");
  expect(next("61 * * * *", "2024-01-01 00:00:00")).toBe("syntax error in minute field: '61'");
  expect(next("ok?", "2024-01-01 00:00:00")).toBe("missing field(s)");
  expect(next("0 0 30 2 *", "2024-01-01 00:00:00")).toBe("never");
});

test("addresses and timestamps", () => {
  for (const text of ["10.0.0.1", "2001:db8::102", "::1", "fe80::1:0:0:1", "::ffff:0:0"])
    expect(formatIp(parseIp(text)!)).toBe(text);
  for (const text of ["10.0.0", "1.2.3.256", "1::2::3", ":::", "12345::"]) expect(parseIp(text), text).toBeUndefined();
  expect(parseCidr("10.1.2.3/8")?.prefixLength).toBe(8);
  expect(parseCidr("10.1.2.3/33")).toBeUndefined();
  for (const text of ["2024-02-29T23:05:09Z", "2023-01-02T15:04:05.25+05:30", "1969-12-31T23:59:59Z"])
    expect(formatRfc3339(parseRfc3339(text)!)).toBe(text);
  expect(parseRfc3339("2023-02-29T00:00:00Z")).toBeUndefined();
});
