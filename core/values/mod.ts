/** Values of the field with a text form: durations, IP networks, regular expressions. */
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
export { formatDuration, parseDuration } from "./duration.ts";
export { compileRegex, type Regex, type RegexMatch } from "./regex.ts";
