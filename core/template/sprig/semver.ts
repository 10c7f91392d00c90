import { compareVersions, parseSemver, type Version } from "#core/values";
import { refuse, text } from "../functions/define.ts";
import type { TemplateFunction } from "../language/function.ts";
import { Int, Struct, type StructType, type Method, plainText } from "../values/value.ts";
import { sprig } from "./define.ts";

const f = sprig("versions");

const noArgs = (call: (self: Struct) => Struct["values"][string]): Method => ({ params: [], call });
const field = (name: string): Method => noArgs((self) => self.values[name]);

const versionType: StructType = {
  name: "semver.Version",
  isPointer: true,
  fields: [],
  show: (self) => plainText(self.values["String"]),
  encode: (self) => self.values["String"],
  methods: Object.fromEntries(
    ["Major", "Minor", "Patch", "Prerelease", "Metadata", "Original", "String"].map((name) => [name, field(name)]),
  ),
};

const partial = /^[vV]?(\d+|[xX*])(?:\.(\d+|[xX*]))?(?:\.(\d+|[xX*]))?(?:-([0-9A-Za-z.-]+))?(?:\+([0-9A-Za-z.-]+))?$/;

interface Parts {
  readonly numbers: readonly (number | undefined)[];
  readonly prerelease: string;
  readonly metadata: string;
}

function partsOf(source: string): Parts | undefined {
  const found = partial.exec(source.trim());
  if (found === null) return undefined;
  const numbers = [found[1], found[2], found[3]].map((part) =>
    part === undefined || /[xX*]/.test(part) ? undefined : Number(part),
  );
  return { numbers, prerelease: found[4] ?? "", metadata: found[5] ?? "" };
}

function versionOf({ numbers, prerelease }: Parts): Version {
  const bare = numbers.map((part) => part ?? 0).join(".");
  return parseSemver(prerelease === "" ? bare : `${bare}-${prerelease}`) ?? refuse("Invalid Semantic Version");
}

/** A version with missing parts counted as zero. */
function parsed(source: string): { readonly parts: Parts; readonly version: Version } {
  const parts = partsOf(source);
  if (parts === undefined || parts.numbers[0] === undefined) return refuse("Invalid Semantic Version");
  return { parts, version: versionOf(parts) };
}

function atLeast(numbers: readonly number[]): Version {
  return parseSemver(numbers.join(".")) ?? refuse("Invalid Semantic Version");
}

/** The first version that a range with these leading numbers no longer holds. */
function above(numbers: readonly (number | undefined)[], position: number): Version {
  const raised = numbers.map((part, index) =>
    index < position ? (part ?? 0) : index === position ? (part ?? 0) + 1 : 0,
  );
  return atLeast(raised);
}

type Test = (version: Version) => boolean;

function between(low: Version, high: Version): Test {
  return (version) => compareVersions(version, low) >= 0 && compareVersions(version, high) < 0;
}

function rangeTest(parts: Parts): Test {
  const wild = parts.numbers.indexOf(undefined);
  if (wild === 0) return () => true;
  if (wild > 0) return between(versionOf(parts), above(parts.numbers, wild - 1));
  const wanted = versionOf(parts);
  return (version) => compareVersions(version, wanted) === 0;
}

function caretTest(parts: Parts): Test {
  const { numbers } = parts;
  const position =
    (numbers[0] ?? 0) > 0 || numbers[1] === undefined ? 0 : numbers[1] > 0 || numbers[2] === undefined ? 1 : 2;
  return between(versionOf(parts), above(numbers, position));
}

function tildeTest(parts: Parts): Test {
  return between(versionOf(parts), above(parts.numbers, parts.numbers[1] === undefined ? 0 : 1));
}

function orderTest(operator: string, parts: Parts): Test {
  const wanted = versionOf(parts);
  const wild = parts.numbers.indexOf(undefined);
  const next = wild > 0 ? above(parts.numbers, wild - 1) : undefined;
  const compare = (version: Version): number => compareVersions(version, wanted);
  switch (operator) {
    case "!=":
      return (version) => !rangeTest(parts)(version);
    case ">":
      return next === undefined ? (version) => compare(version) > 0 : (version) => compareVersions(version, next) >= 0;
    case ">=":
    case "=>":
      return (version) => compare(version) >= 0;
    case "<":
      return (version) => compare(version) < 0;
    default:
      return next === undefined ? (version) => compare(version) <= 0 : (version) => compareVersions(version, next) < 0;
  }
}

function termTest(term: string): Test {
  const [, operator = "", rest = ""] = /^(!=|>=|=>|<=|=<|>|<|=|~>|~|\^)?\s*(.*)$/.exec(term) ?? [];
  const parts = partsOf(rest);
  if (parts === undefined) return refuse(`improper constraint: ${term}`);
  const test = operatorTest(operator, parts);
  // A pre-release is only taken by a constraint that names one.
  return (version) => (version.prerelease === "" || parts.prerelease !== "") && test(version);
}

function operatorTest(operator: string, parts: Parts): Test {
  if (operator === "" || operator === "=") return rangeTest(parts);
  if (operator === "^") return caretTest(parts);
  return operator.startsWith("~") ? tildeTest(parts) : orderTest(operator, parts);
}

function satisfied(constraint: string, version: Version): boolean {
  return constraint.split("||").some((alternative) => {
    const hyphen = alternative.replace(/(\S+)\s+-\s+(\S+)/g, ">=$1 <=$2");
    const terms = hyphen.match(/(?:!=|>=|=>|<=|=<|>|<|=|~>|~|\^)?\s*[^\s,]+/g) ?? [];
    if (terms.length === 0) return refuse(`improper constraint: ${constraint}`);
    return terms.every((term) => termTest(term.trim())(version));
  });
}

export const sprigVersions: readonly TemplateFunction[] = [
  f("semver", "string", "*semver.Version", "a semantic version: Major, Minor, Patch, Prerelease, …", ([source]) => {
    const { parts } = parsed(text(source));
    const [major = 0, minor = 0, patch = 0] = parts.numbers;
    const bare = `${major}.${minor}.${patch}`;
    const tail =
      (parts.prerelease === "" ? "" : `-${parts.prerelease}`) + (parts.metadata === "" ? "" : `+${parts.metadata}`);
    return new Struct(versionType, {
      Major: new Int("uint64", major),
      Minor: new Int("uint64", minor),
      Patch: new Int("uint64", patch),
      Prerelease: parts.prerelease,
      Metadata: parts.metadata,
      Original: text(source),
      String: bare + tail,
    });
  }),
  f("semverCompare", "string; string", "bool", "whether a version satisfies a constraint", ([constraint, source]) =>
    satisfied(text(constraint), parsed(text(source)).version),
  ),
];
