import type { Call } from "#core/mesh";
import type { PermissionJson, PrincipalJson, RBACJson } from "#envoy/envoy/config/rbac/v3/rbac";
import type { HeaderMatcherJson } from "#envoy/envoy/config/route/v3/route_components";

/** Envoy's RBAC as its documentation says it: a policy matches when a permission and a principal do. */
export function judge(rbac: RBACJson, call: Call, uri: string): boolean {
  const isMatched = Object.values(rbac.policies ?? {}).some(
    ({ permissions = [], principals = [] }) =>
      permissions.some((permission) => matchesPermission(permission, call)) &&
      principals.some((principal) => matchesPrincipal(principal, uri)),
  );
  return rbac.action === "DENY" ? !isMatched : isMatched;
}

function matchesPrincipal(principal: PrincipalJson, uri: string): boolean {
  if (principal.andIds) return (principal.andIds.ids ?? []).every((each) => matchesPrincipal(each, uri));
  if (principal.notId) return !matchesPrincipal(principal.notId, uri);
  const regex = principal.authenticated?.principalName?.safeRegex?.regex ?? "";
  return new RegExp(`^(?:${regex})$`).test(uri);
}

function matchesPermission(permission: PermissionJson, call: Call): boolean {
  if (permission.any) return true;
  if (permission.andRules) return (permission.andRules.rules ?? []).every((each) => matchesPermission(each, call));
  if (permission.notRule) return !matchesPermission(permission.notRule, call);
  const { method = "", path = "", headers = {} } = call.request ?? {};
  if (permission.urlPath) {
    const { exact, prefix, safeRegex } = permission.urlPath.path ?? {};
    if (exact !== undefined) return path === exact;
    if (prefix !== undefined) return path.startsWith(prefix);
    return new RegExp(`^(?:${safeRegex?.regex})$`).test(path);
  }
  return permission.header ? matchesHeader(permission.header, { ...headers, ":method": method }) : false;
}

function matchesHeader(matcher: HeaderMatcherJson, headers: Readonly<Record<string, string>>): boolean {
  const value = headers[(matcher.name ?? "").toLowerCase()];
  if (matcher.presentMatch) return (value !== undefined) !== (matcher.invertMatch ?? false);
  if (value === undefined) return false;
  const { exact, prefix, suffix, contains, safeRegex, ignoreCase } = matcher.stringMatch ?? {};
  const fold = (text: string): string => (ignoreCase ? text.toLowerCase() : text);
  const isMatch =
    exact !== undefined
      ? fold(value) === fold(exact)
      : prefix !== undefined
        ? fold(value).startsWith(fold(prefix))
        : suffix !== undefined
          ? fold(value).endsWith(fold(suffix))
          : contains !== undefined
            ? fold(value).includes(fold(contains))
            : new RegExp(`^(?:${safeRegex?.regex})$`).test(value);
  return isMatch !== (matcher.invertMatch ?? false);
}
