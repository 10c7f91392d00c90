import { ANY_SOURCE, hasPermissions, type Intention, type IntentionPermission } from "#core/mesh";
import { escapeRegex } from "#core/values";
import type { PermissionJson, PolicyJson, PrincipalJson, RBACJson } from "#envoy/envoy/config/rbac/v3/rbac";
import type { HeaderMatcherJson } from "#envoy/envoy/config/route/v3/route_components";

/**
 * Intentions as Envoy's RBAC. Envoy's policies have no order, Consul's intentions have: each lower one is therefore
 * narrowed by NOT of every higher one that it overlaps. With deny by default the rules say who is allowed, with allow by
 * default who is denied; a call that no rule names falls to the default either way.
 */
export function rbacOf(
  intentions: readonly Intention[],
  {
    trustDomain,
    defaultAllow,
    isHttp,
  }: { readonly trustDomain: string; readonly defaultAllow: boolean; readonly isHttp: boolean },
): RBACJson {
  const wanted = defaultAllow ? "deny" : "allow";
  const policies: Record<string, PolicyJson> = {};
  const plain: PrincipalJson[] = [];
  const higher: string[] = [];
  for (const intention of effective(intentions)) {
    const principal = principalOf(intention.SourceName, higher, trustDomain);
    higher.push(intention.SourceName);
    const permissions = hasPermissions(intention) && isHttp ? flatten(intention.Permissions ?? [], wanted) : undefined;
    if (permissions) {
      // No request is decided other than by default: the source then only narrows the lower ones.
      if (permissions.length > 0)
        policies[`intentions-layer7-${Object.keys(policies).length}`] = { permissions, principals: [principal] };
    } else if (actionOf(intention) === wanted) plain.push(principal);
  }
  if (plain.length > 0) policies["intentions-layer4"] = { permissions: [{ any: true }], principals: plain };
  return { action: defaultAllow ? "DENY" : "ALLOW", policies };
}

/** By precedence, without those that a higher one of the same source, or of every source, hides. */
function effective(intentions: readonly Intention[]): Intention[] {
  const seen = new Set<string>();
  const kept: Intention[] = [];
  for (const intention of intentions.toSorted((left, right) => right.Precedence - left.Precedence)) {
    if (seen.has(ANY_SOURCE) || seen.has(intention.SourceName)) continue;
    seen.add(intention.SourceName);
    kept.push(intention);
  }
  return kept;
}

/** Permissions where they cannot be judged (a service without HTTP) deny. */
function actionOf(intention: Intention): "allow" | "deny" {
  return !hasPermissions(intention) && intention.Action === "allow" ? "allow" : "deny";
}

function principalOf(source: string, higher: readonly string[], trustDomain: string): PrincipalJson {
  const own = identity(source, trustDomain);
  const overlapping = higher.filter((name) => source === ANY_SOURCE || name === ANY_SOURCE || name === source);
  if (overlapping.length === 0) return own;
  const exceptions = overlapping.map((name): PrincipalJson => ({ notId: identity(name, trustDomain) }));
  return { andIds: { ids: [own, ...exceptions] } };
}

/** The whole URI in the caller's certificate; the datacenter does not matter. */
function identity(source: string, trustDomain: string): PrincipalJson {
  const service = source === ANY_SOURCE ? "[^/]+" : escapeRegex(source);
  const regex = `spiffe://${escapeRegex(trustDomain)}/ns/default/dc/[^/]+/svc/${service}`;
  return { authenticated: { principalName: { safeRegex: { regex } } } };
}

/** Requests that the first matching permission gives the wanted action: each narrowed by NOT of the other ones above. */
function flatten(permissions: readonly IntentionPermission[], wanted: "allow" | "deny"): PermissionJson[] {
  const result: PermissionJson[] = [];
  const above: PermissionJson[] = [];
  for (const permission of permissions) {
    const rule = requestRule(permission);
    if (permission.Action !== wanted) above.push({ notRule: rule });
    else result.push(above.length === 0 ? rule : { andRules: { rules: [rule, ...above] } });
  }
  return result;
}

function requestRule({ HTTP: http }: IntentionPermission): PermissionJson {
  if (!http) return { any: true };
  const rules: PermissionJson[] = [];
  if (http.PathExact) rules.push({ urlPath: { path: { exact: http.PathExact } } });
  else if (http.PathPrefix) rules.push({ urlPath: { path: { prefix: http.PathPrefix } } });
  else if (http.PathRegex) rules.push({ urlPath: { path: { safeRegex: { regex: http.PathRegex } } } });
  for (const header of http.Header ?? []) rules.push({ header: headerMatch(header) });
  const methods = http.Methods ?? [];
  if (methods.length > 0)
    rules.push({
      header: { name: ":method", stringMatch: { safeRegex: { regex: methods.map(escapeRegex).join("|") } } },
    });
  const [only] = rules;
  if (!only) return { any: true };
  return rules.length === 1 ? only : { andRules: { rules } };
}

/** A match of a header (or, with the same fields, of a query parameter) as Consul writes it. */
export function headerMatch(match: {
  readonly Name: string;
  readonly Present?: boolean;
  readonly Exact?: string;
  readonly Prefix?: string;
  readonly Suffix?: string;
  readonly Contains?: string;
  readonly Regex?: string;
  readonly Invert?: boolean;
  readonly IgnoreCase?: boolean;
}): HeaderMatcherJson {
  const inverted = match.Invert ? { invertMatch: true } : {};
  const ignoreCase = match.IgnoreCase ? { ignoreCase: true } : {};
  const name = match.Name;
  if (match.Exact) return { name, stringMatch: { exact: match.Exact, ...ignoreCase }, ...inverted };
  if (match.Prefix) return { name, stringMatch: { prefix: match.Prefix, ...ignoreCase }, ...inverted };
  if (match.Suffix) return { name, stringMatch: { suffix: match.Suffix, ...ignoreCase }, ...inverted };
  if (match.Contains) return { name, stringMatch: { contains: match.Contains, ...ignoreCase }, ...inverted };
  if (match.Regex) return { name, stringMatch: { safeRegex: { regex: match.Regex } }, ...inverted };
  return { name, presentMatch: true, ...inverted };
}
