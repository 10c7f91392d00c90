import { compileRegex } from "#core/values";

export interface Intention {
  readonly ID: string;
  readonly SourceName: string;
  readonly DestinationName: string;
  readonly Action?: "allow" | "deny" | "";
  readonly Precedence: number;
  readonly Description?: string;
  readonly Meta?: Readonly<Record<string, string>> | null;
  /** Of newer versions: HTTP permissions in place of an action. */
  readonly Permissions?: readonly IntentionPermission[] | null;
}

export interface IntentionPermission {
  readonly Action: "allow" | "deny";
  readonly HTTP?: {
    readonly PathExact?: string;
    readonly PathPrefix?: string;
    readonly PathRegex?: string;
    readonly Methods?: readonly string[] | null;
    readonly Header?:
      | readonly {
          readonly Name: string;
          readonly Present?: boolean;
          readonly Exact?: string;
          readonly Prefix?: string;
          readonly Suffix?: string;
          readonly Contains?: string;
          readonly Regex?: string;
          readonly IgnoreCase?: boolean;
          readonly Invert?: boolean;
        }[]
      | null;
  };
}

export const ANY_SOURCE = "*";

/** What an intention is decided on: who calls, and of an HTTP service how. */
export interface Call {
  readonly source: string;
  readonly request?: {
    readonly method: string;
    readonly path: string;
    readonly headers: Readonly<Record<string, string>>;
  };
}

export interface Verdict {
  readonly isAllowed: boolean;
  /** The intention that decided, undefined for the default. */
  readonly by: Intention | undefined;
}

/**
 * Decides as Consul documents it: the first intention by precedence that names the source, or the default. Of
 * permissions the first that matches; none: the default. Permissions of a service without HTTP deny.
 */
export function decide(intentions: readonly Intention[], defaultAllow: boolean, call: Call): Verdict {
  const by = intentions
    .toSorted((left, right) => right.Precedence - left.Precedence)
    .find(({ SourceName: source }) => source === ANY_SOURCE || source === call.source);
  if (!by) return { isAllowed: defaultAllow, by: undefined };
  if (!hasPermissions(by)) return { isAllowed: by.Action === "allow", by };
  const { request } = call;
  if (!request) return { isAllowed: false, by };
  const permission = by.Permissions?.find((each) => matchesPermission(each, request));
  return { isAllowed: permission ? permission.Action === "allow" : defaultAllow, by };
}

export function hasPermissions({ Permissions: permissions }: Intention): boolean {
  return permissions !== undefined && permissions !== null && permissions.length > 0;
}

function matchesPermission({ HTTP: http }: IntentionPermission, request: NonNullable<Call["request"]>): boolean {
  if (!http) return true;
  const { PathExact: exact, PathPrefix: prefix, PathRegex: regex, Methods: methods, Header: headers } = http;
  const path = request.path.split("?", 1)[0] ?? "";
  if (exact && path !== exact) return false;
  if (prefix && !path.startsWith(prefix)) return false;
  if (regex && !wholeMatch(regex, path)) return false;
  if (methods && methods.length > 0 && !methods.includes(request.method)) return false;
  return (headers ?? []).every((header) => matchesHeader(header, request.headers[header.Name.toLowerCase()]));
}

type HeaderRule = NonNullable<NonNullable<NonNullable<IntentionPermission["HTTP"]>["Header"]>[number]>;

/** A rule other than presence does not match an absent header, and its inversion then does not either (Envoy). */
function matchesHeader(rule: HeaderRule, value: string | undefined): boolean {
  if (rule.Present) return (value !== undefined) !== (rule.Invert === true);
  if (value === undefined) return false;
  return matchesValue(rule, value) !== (rule.Invert === true);
}

function matchesValue(rule: HeaderRule, value: string): boolean {
  const fold = (text: string): string => (rule.IgnoreCase ? text.toLowerCase() : text);
  const given = fold(value);
  if (rule.Exact) return given === fold(rule.Exact);
  if (rule.Prefix) return given.startsWith(fold(rule.Prefix));
  if (rule.Suffix) return given.endsWith(fold(rule.Suffix));
  if (rule.Contains) return given.includes(fold(rule.Contains));
  return rule.Regex ? wholeMatch(rule.Regex, value) : true;
}

function wholeMatch(pattern: string, text: string): boolean {
  const compiled = compileRegex(`^(?:${pattern})$`);
  return compiled.ok && compiled.value.test(text);
}
