/**
 * Versions and constraints on them, in the two kinds that jobs use: `version` (loose, with `~>` and the rule that a
 * pre-release meets only constraints that name its own release) and `semver` (Semantic Versioning 2, ordered as it says).
 */
export interface Version {
  readonly segments: readonly number[];
  /** Dot-separated identifiers; empty for a release. */
  readonly prerelease: string;
  readonly metadata: string;
}

const loose =
  /^v?(\d+(?:\.\d+)*)(?:-(\d+[0-9A-Za-z~-]*(?:\.[0-9A-Za-z~-]+)*)|(?:-?([A-Za-z~-]+[0-9A-Za-z~-]*(?:\.[0-9A-Za-z~-]+)*)))?(?:\+([0-9A-Za-z~-]+(?:\.[0-9A-Za-z~-]+)*))?$/;
const strict = /^v?(\d+\.\d+\.\d+)(?:-([0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*))?(?:\+([0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*))?$/;
const TEXT_MAX = 256;

/** A version with any number of numeric parts, missing ones being zero; undefined when it is none. */
export function parseVersion(text: string): Version | undefined {
  const match = text.length > TEXT_MAX ? null : loose.exec(text);
  if (match === null) return undefined;
  const segments = (match[1] as string).split(".").map(Number);
  if (!segments.every(Number.isSafeInteger)) return undefined;
  while (segments.length < 3) segments.push(0);
  return { segments, prerelease: match[2] ?? match[3] ?? "", metadata: match[4] ?? "" };
}

/** A semantic version: three numbers, then pre-release and metadata. */
export function parseSemver(text: string): Version | undefined {
  const match = text.length > TEXT_MAX ? null : strict.exec(text);
  if (match === null) return undefined;
  return {
    segments: (match[1] as string).split(".").map(Number),
    prerelease: match[2] ?? "",
    metadata: match[3] ?? "",
  };
}

/** Negative, zero or positive; metadata does not count. */
export function compareVersions(a: Version, b: Version): number {
  const length = Math.max(a.segments.length, b.segments.length);
  for (let at = 0; at < length; at++) {
    const difference = (a.segments[at] ?? 0) - (b.segments[at] ?? 0);
    if (difference !== 0) return difference;
  }
  return comparePrereleases(a.prerelease, b.prerelease);
}

function comparePrereleases(a: string, b: string): number {
  if (a === b) return 0;
  if (a === "" || b === "") return a === "" ? 1 : -1;
  const [left, right] = [a.split("."), b.split(".")];
  for (let at = 0; at < Math.max(left.length, right.length); at++) {
    const difference = compareIdentifiers(left[at], right[at]);
    if (difference !== 0) return difference;
  }
  return 0;
}

function compareIdentifiers(a: string | undefined, b: string | undefined): number {
  if (a === undefined || b === undefined) return a === undefined ? -1 : 1;
  const [aIsNumber, bIsNumber] = [/^\d+$/.test(a), /^\d+$/.test(b)];
  if (aIsNumber && bIsNumber) return Number(a) - Number(b);
  if (aIsNumber !== bIsNumber) return aIsNumber ? -1 : 1;
  return a < b ? -1 : a > b ? 1 : 0;
}

type Operator = "=" | "!=" | ">" | "<" | ">=" | "<=" | "~>";

interface Term {
  readonly operator: Operator;
  readonly version: Version;
  /** How many parts were written; `~> 1.2` lets the last of them grow. */
  readonly parts: number;
}

export interface VersionConstraint {
  readonly kind: "version" | "semver";
  readonly terms: readonly Term[];
}

/** `>= 1.2, < 2`: all terms must hold. Undefined when it cannot be read. */
export function parseVersionConstraint(kind: "version" | "semver", text: string): VersionConstraint | undefined {
  if (text.length > TEXT_MAX) return undefined;
  const terms: Term[] = [];
  for (const part of text.split(",")) {
    const match = /^\s*(=|!=|>=|<=|>|<|~>)?\s*(\S+)\s*$/.exec(part);
    if (match === null || (kind === "semver" && match[1] === "~>")) return undefined;
    const written = match[2] as string;
    const version = kind === "semver" ? (parseSemver(written) ?? parseShort(written)) : parseVersion(written);
    if (version === undefined) return undefined;
    const parts = (/^v?(\d+(?:\.\d+)*)/.exec(written)?.[1] ?? "").split(".").length;
    terms.push({ operator: (match[1] ?? "=") as Operator, version, parts });
  }
  return { kind, terms };
}

/** A constraint of the semver kind may leave out trailing zeros. */
function parseShort(text: string): Version | undefined {
  return /^v?\d+(\.\d+)?$/.test(text) ? parseVersion(text) : undefined;
}

export function satisfies(version: Version, constraint: VersionConstraint): boolean {
  return constraint.terms.every((term) => termHolds(version, term, constraint.kind));
}

function termHolds(version: Version, term: Term, kind: VersionConstraint["kind"]): boolean {
  const order = compareVersions(version, term.version);
  switch (term.operator) {
    case "=":
      return order === 0;
    case "!=":
      return order !== 0;
    case ">":
      return order > 0 && prereleaseAllowed(version, term, kind);
    case "<":
      return order < 0 && prereleaseAllowed(version, term, kind);
    case ">=":
      return order >= 0 && prereleaseAllowed(version, term, kind);
    case "<=":
      return order <= 0 && prereleaseAllowed(version, term, kind);
    default:
      return order >= 0 && pessimistic(version, term);
  }
}

/** In the loose kind a pre-release meets only a constraint that names a pre-release of the same version. */
function prereleaseAllowed(version: Version, term: Term, kind: VersionConstraint["kind"]): boolean {
  if (kind === "semver" || version.prerelease === "") return true;
  if (term.version.prerelease === "") return false;
  return version.segments.every((segment, at) => segment === (term.version.segments[at] ?? 0));
}

/** `~> 1.2.3` is at least 1.2.3 within 1.2; `~> 1.2` is at least 1.2 within 1. */
function pessimistic(version: Version, term: Term): boolean {
  if (!prereleaseAllowed(version, term, "version")) return false;
  if (term.version.prerelease !== "" && version.prerelease === "") return false;
  const fixed = Math.max(1, term.parts - 1);
  return term.version.segments.slice(0, fixed).every((segment, at) => segment === (version.segments[at] ?? 0));
}
