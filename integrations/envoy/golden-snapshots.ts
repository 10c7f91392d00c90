import type { IntentionPermission, LoadBalancer, RouteDefinition } from "#core/mesh";
import { chain, instance, resolver, snapshot, target, upstream } from "./samples.ts";
import { noLimits, type ProxySnapshot } from "./snapshot.ts";

const v1 = target("api", { ServiceSubset: "v1", Subset: { Filter: 'Service.Meta.version == "v1"' } });
const v2 = target("api", { ServiceSubset: "v2", Subset: { Filter: 'Service.Meta.version == "v2"' } });
const bothVersions = { [v1.ID]: [instance(21_001)], [v2.ID]: [instance(21_002)] };

/** One snapshot for each feature; what follows from it is in `testdata/NAME.json`. */
export const goldenSnapshots: Readonly<Record<string, ProxySnapshot>> = {
  "tcp-inbound": snapshot([], {
    intentions: [
      { ID: "1", SourceName: "batch", DestinationName: "web", Action: "deny", Precedence: 9 },
      { ID: "2", SourceName: "*", DestinationName: "web", Action: "allow", Precedence: 8 },
    ],
    maxConnections: 100,
  }),
  "http-inbound": snapshot([], { protocol: "http", defaultAllow: true, localRequestTimeoutMs: 30_000 }),
  "grpc-inbound": snapshot([], { protocol: "grpc" }),
  "http-permissions": snapshot([], { protocol: "http", intentions: [permissions()] }),
  "exposed-paths": snapshot([], {
    exposedPaths: [
      { listenerPort: 21_500, path: "/health", localPort: 8080, protocol: "http" },
      { listenerPort: 21_501, path: "/metrics", localPort: 9102, protocol: "http2" },
    ],
  }),
  "tcp-upstream": plain("tcp"),
  "http-upstream": plain("http"),
  "grpc-upstream": plain("grpc"),
  splitter: splitter(),
  router: router(),
  failover: failover(),
  redirect: redirect(),
  "subset-only-passing": onlyPassing(),
  "least-request": balanced({ Policy: "least_request", LeastRequestConfig: { ChoiceCount: 3 } }),
  maglev: balanced({ Policy: "maglev", HashPolicies: [{ SourceIP: true }] }),
  "ring-hash": balanced({
    Policy: "ring_hash",
    RingHashConfig: { MinimumRingSize: 128, MaximumRingSize: 4096 },
    HashPolicies: [
      { Field: "header", FieldValue: "x-user", Terminal: true },
      { Field: "cookie", FieldValue: "session", CookieConfig: { TTL: "60s", Path: "/" } },
      { Field: "cookie", FieldValue: "visit", CookieConfig: { Session: true } },
      { Field: "query_parameter", FieldValue: "user" },
    ],
  }),
  "limits-and-ejection": limited(),
  "mesh-gateway-remote": elsewhere("remote"),
  "mesh-gateway-local": elsewhere("local"),
  mirror: mirrored(),
};

function permissions(): ProxySnapshot["inbound"]["intentions"][number] {
  const http: readonly IntentionPermission[] = [
    { Action: "deny", HTTP: { PathPrefix: "/admin" } },
    { Action: "allow", HTTP: { PathExact: "/health", Methods: ["GET", "HEAD"] } },
    { Action: "allow", HTTP: { PathRegex: "/v[0-9]+/.*", Header: [{ Name: "x-team", Exact: "A", IgnoreCase: true }] } },
    { Action: "allow", HTTP: { Header: [{ Name: "x-debug", Present: true, Invert: true }] } },
  ];
  return { ID: "1", SourceName: "api", DestinationName: "web", Precedence: 9, Permissions: http };
}

function plain(protocol: string): ProxySnapshot {
  const api = target("api");
  const rows = [instance(21_001), instance(21_002, { status: "critical" }), instance(21_003, { weights: [300, 1] })];
  return snapshot([upstream(chain("api", protocol, [resolver(api)], [api]), { [api.ID]: rows })]);
}

function splitter(): ProxySnapshot {
  const split = {
    Type: "splitter",
    Splits: [
      { Weight: 90, NextNode: `resolver:${v1.ID}` },
      {
        Weight: 10,
        NextNode: `resolver:${v2.ID}`,
        Definition: { RequestHeaders: { Set: { "x-canary": "1" } }, ResponseHeaders: { Remove: ["server"] } },
      },
    ],
  } as const;
  const nodes = [["splitter:api", split], resolver(v1), resolver(v2)] as const;
  return snapshot([upstream(chain("api", "http", nodes, [v1, v2]), bothVersions)]);
}

function router(): ProxySnapshot {
  const definitions: readonly RouteDefinition[] = [
    {
      Match: { HTTP: { PathExact: "/exact", Methods: ["GET", "PUT"] } },
      Destination: { RequestTimeout: "3s", NumRetries: 2, RetryOnConnectFailure: true, RetryOnStatusCodes: [502, 503] },
    },
    {
      Match: { HTTP: { PathPrefix: "/old/", CaseInsensitive: true } },
      Destination: { PrefixRewrite: "/new/", RequestTimeout: "-1s", IdleTimeout: "10m" },
    },
    { Match: { HTTP: { PathRegex: "/r[0-9]+" } }, Destination: { RetryOn: ["reset", "gateway-error"] } },
    {
      Match: {
        HTTP: {
          Header: [
            { Name: "a", Exact: "1" },
            { Name: "b", Prefix: "1", Invert: true },
            { Name: "c", Suffix: "1" },
            { Name: "d", Contains: "1" },
            { Name: "e", Regex: "[0-9]+" },
            { Name: "f", Present: true },
          ],
          QueryParam: [
            { Name: "q", Exact: "1" },
            { Name: "r", Regex: "[0-9]+" },
            { Name: "s", Present: true },
          ],
        },
      },
      Destination: {
        RequestHeaders: { Add: { "x-a": "1" }, Set: { "x-s": "2" }, Remove: ["x-r"] },
        ResponseHeaders: { Add: { "y-a": "1" }, Set: { "y-s": "2" }, Remove: ["y-r"] },
      },
    },
  ];
  const routes = definitions.map((definition, at) => ({
    Definition: definition,
    NextNode: `resolver:${at % 2 === 0 ? v1.ID : v2.ID}`,
  }));
  const node = { Type: "router", Routes: [...routes, { NextNode: `resolver:${v1.ID}` }] } as const;
  const of = chain("api", "http", [["router:api", node], resolver(v1), resolver(v2)], [v1, v2]);
  return snapshot([upstream(of, bothVersions)]);
}

function failover(): ProxySnapshot {
  const [first, second] = [target("api"), target("backup")];
  const of = chain("api", "http", [resolver(first, { failover: [second] })], [first, second]);
  return snapshot([upstream(of, { [first.ID]: [instance(21_001)], [second.ID]: [instance(21_002)] })]);
}

/** Consul has followed the redirect: the chain of `api` leads to `other`. */
function redirect(): ProxySnapshot {
  const other = target("other");
  return snapshot([upstream(chain("api", "http", [resolver(other)], [other]), { [other.ID]: [instance(21_001)] })]);
}

function onlyPassing(): ProxySnapshot {
  const strict = target("api", { ServiceSubset: "v1", Subset: { OnlyPassing: true } });
  const rows = [instance(21_001), instance(21_002, { status: "warning" })];
  return snapshot([upstream(chain("api", "tcp", [resolver(strict)], [strict]), { [strict.ID]: rows })]);
}

function balanced(balancer: LoadBalancer): ProxySnapshot {
  const api = target("api");
  return snapshot([
    upstream(chain("api", "http", [resolver(api, { balancer })], [api]), { [api.ID]: [instance(21_001)] }),
  ]);
}

function limited(): ProxySnapshot {
  const api = target("api");
  const limits = { ...noLimits, maxConnections: 10, maxPendingRequests: 20, maxConcurrentRequests: 30 };
  const passiveHealthCheck = {
    intervalMs: 5_000,
    maxFailures: 3,
    enforcingConsecutive5xx: 80,
    maxEjectionPercent: 50,
    baseEjectionTimeMs: 30_000,
  };
  const of = chain("api", "http", [resolver(api)], [api]);
  return snapshot([
    upstream(of, { [api.ID]: [instance(21_001)] }, { limits, passiveHealthCheck, connectTimeoutMs: 1_500 }),
  ]);
}

function elsewhere(mode: "local" | "remote"): ProxySnapshot {
  const api = target("api", { Datacenter: "dc2", MeshGateway: { Mode: mode } });
  const gateways = new Map([[mode === "local" ? "dc1" : "dc2", [instance(8443)]]]);
  const of = chain("api", "http", [resolver(api)], [api]);
  return snapshot([upstream(of, { [api.ID]: [instance(21_001)] }, { id: "api?dc=dc2", gateways })]);
}

function mirrored(): ProxySnapshot {
  const { upstreams, inbound } = splitter();
  const mirror = { subset: "v2", percent: 5 };
  return snapshot(
    upstreams.map((each) => ({ ...each, mirror })),
    inbound,
  );
}
