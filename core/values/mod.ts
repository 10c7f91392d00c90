/** Values of the field with a text form: durations, dates, cron expressions, IP networks, versions,
 * regular expressions. */
export {
  type CivilDate,
  type ClockReading,
  civilFromDays,
  daysFromCivil,
  daysInMonth,
  formatOffset,
  formatRfc3339,
  parseRfc3339,
  type Rfc3339Time,
  readingOf,
  weekdayOf,
} from "./calendar.ts";
export { type Cidr, cidrContains, formatCidr, formatIp, type IpAddress, parseCidr, parseIp } from "./cidr.ts";
export { type CronExpression, type CronTime, nextCron, parseCron } from "./cron.ts";
export { formatDuration, parseDuration } from "./duration.ts";
export { nextLaunchMs } from "./next-launch.ts";
export { compileRegex, escapeRegex, type Regex, type RegexMatch } from "./regex.ts";
export {
  compareVersions,
  parseSemver,
  parseVersion,
  parseVersionConstraint,
  satisfies,
  type Version,
  type VersionConstraint,
} from "./version.ts";
