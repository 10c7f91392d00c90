import { describe, expect, test } from "vitest";
import { Prng } from "#core/base";
import { type Call, decide, type Intention, type IntentionPermission, serviceUri } from "#core/mesh";
import type { PermissionJson, PrincipalJson, RBACJson } from "#envoy/envoy/config/rbac/v3/rbac";
import type { HeaderMatcherJson } from "#envoy/envoy/config/route/v3/route_components";
import { rbacOf } from "./rbac.ts";

const TRUST = "11111111-2222-3333-4444-555555555555.consul";
const ROUNDS = Number(process.env["DROVER_RBAC_ROUNDS"] ?? "100000");

/** Envoy's RBAC as its documentation says it: a policy matches when a permission and a principal do. */
function judge(rbac: RBACJson, call: Call): boolean {
  const uri = serviceUri(TRUST, "dc7", call.source);
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

const services = ["api", "web", "db", "we.b", "a-b", "other"];
const paths = ["/", "/admin", "/admin/x", "/v1/a", "/v1/b"];
const methods = ["GET", "POST", "DELETE"];

function pick<T>(random: Prng, items: readonly T[]): T {
  return items[random.below(items.length)] as T;
}

function randomPermission(random: Prng): IntentionPermission {
  const action = pick(random, ["allow", "deny"] as const);
  if (random.below(8) === 0) return { Action: action };
  const path = [{ PathExact: pick(random, paths) }, { PathPrefix: pick(random, paths) }, { PathRegex: "/v1/[ab]" }, {}];
  const header = [
    {
      Name: "X-Team",
      Exact: pick(random, ["a", "B"]),
      IgnoreCase: random.below(2) === 0,
      Invert: random.below(3) === 0,
    },
    { Name: "X-Team", Present: true, Invert: random.below(2) === 0 },
    { Name: "X-Team", Prefix: "a" },
    { Name: "X-Team", Suffix: "b" },
    { Name: "X-Team", Contains: "b" },
    { Name: "X-Team", Regex: "[a-c]+" },
  ];
  return {
    Action: action,
    HTTP: {
      ...pick(random, path),
      ...(random.below(2) === 0 && { Methods: [pick(random, methods), pick(random, methods)] }),
      ...(random.below(3) === 0 && { Header: [pick(random, header)] }),
    },
  };
}

/** As the match endpoint gives them: at most one a pair of names, sorted by precedence. */
function randomIntentions(random: Prng): Intention[] {
  const pairs = new Map<string, Intention>();
  for (let count = random.below(6); count > 0; count--) {
    const source = random.below(4) === 0 ? "*" : pick(random, services);
    const destination = random.below(4) === 0 ? "*" : "api";
    const isExact = [destination !== "*", source !== "*"];
    const precedence = isExact[0] ? (isExact[1] ? 9 : 8) : isExact[1] ? 6 : 5;
    const isLayer7 = random.below(3) === 0;
    const action = pick(random, ["allow", "deny"] as const);
    const permissions = Array.from({ length: 1 + random.below(3) }, () => randomPermission(random));
    pairs.set(`${source} ${destination}`, {
      ID: "",
      SourceName: source,
      DestinationName: destination,
      Precedence: precedence,
      ...(isLayer7 ? { Permissions: permissions } : { Action: action }),
    });
  }
  return [...pairs.values()];
}

function randomCall(random: Prng): Call {
  const team = pick(random, [undefined, "a", "b", "ab", "B"]);
  return {
    source: pick(random, services),
    request: {
      method: pick(random, methods),
      path: pick(random, paths),
      headers: team === undefined ? {} : { "x-team": team },
    },
  };
}

describe("intentions as RBAC", () => {
  test(`decide as the intentions do: ${ROUNDS} random sets, each by four calls`, () => {
    const random = new Prng(7);
    for (let round = 0; round < ROUNDS; round++) {
      const intentions = randomIntentions(random);
      const defaultAllow = random.below(2) === 0;
      const isHttp = random.below(3) > 0;
      const rbac = rbacOf(intentions, { trustDomain: TRUST, defaultAllow, isHttp });
      for (let each = 0; each < 4; each++) {
        const call = randomCall(random);
        const asked = isHttp ? call : { source: call.source };
        const expected = decide(intentions, defaultAllow, asked).isAllowed;
        if (judge(rbac, asked) !== expected)
          expect.fail(JSON.stringify({ round, intentions, defaultAllow, isHttp, asked, expected, rbac }, undefined, 1));
      }
    }
  });

  test("a higher deny is a hole in a lower allow, and names are taken as they are", () => {
    const intentions = [
      { ID: "", SourceName: "we.b", DestinationName: "api", Action: "deny", Precedence: 9 },
      { ID: "", SourceName: "*", DestinationName: "api", Action: "allow", Precedence: 8 },
    ] as const;
    const rbac = rbacOf(intentions, { trustDomain: "t.consul", defaultAllow: false, isHttp: false });
    const any = {
      authenticated: { principalName: { safeRegex: { regex: "spiffe://t\\.consul/ns/default/dc/[^/]+/svc/[^/]+" } } },
    };
    const hole = {
      authenticated: { principalName: { safeRegex: { regex: "spiffe://t\\.consul/ns/default/dc/[^/]+/svc/we\\.b" } } },
    };
    expect(rbac).toEqual({
      action: "ALLOW",
      policies: {
        "intentions-layer4": {
          permissions: [{ any: true }],
          principals: [{ andIds: { ids: [any, { notId: hole }] } }],
        },
      },
    });
  });

  test("no intentions: everybody with allow by default, nobody with deny", () => {
    const open = rbacOf([], { trustDomain: TRUST, defaultAllow: true, isHttp: true });
    const closed = rbacOf([], { trustDomain: TRUST, defaultAllow: false, isHttp: true });
    expect([open, closed]).toEqual([
      { action: "DENY", policies: {} },
      { action: "ALLOW", policies: {} },
    ]);
  });
});
