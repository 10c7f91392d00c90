/** Values of the field with a text form: durations, IP networks, regular expressions. */
export { type Cidr, cidrContains, formatCidr, formatIp, type IpAddress, parseCidr, parseIp } from "./cidr.ts";
export { formatDuration, parseDuration } from "./duration.ts";
export { compileRegex, type Regex, type RegexMatch } from "./regex.ts";
