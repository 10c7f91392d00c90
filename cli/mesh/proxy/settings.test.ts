import { expect, test } from "vitest";
import { parseProxyBlock } from "./proxy-block.ts";
import { upstreamSettings } from "./settings.ts";

const api = { service: "api", datacenter: undefined, bindAddress: "127.0.0.1", bindPort: 9191 };
const entry = {
  Kind: "service-defaults",
  Name: "web",
  UpstreamConfig: {
    Defaults: { ConnectTimeoutMs: 1000, Limits: { MaxConnections: 10, MaxPendingRequests: 20 } },
    Overrides: [
      { Name: "api", Limits: { MaxConnections: 11 }, PassiveHealthCheck: { Interval: 5_000_000_000, MaxFailures: 3 } },
      { Name: "db", ConnectTimeoutMs: 9 },
    ],
  },
};

test("what is said for one upstream wins over what is said for all, and the caller's own over both", () => {
  const config = {
    limits: { max_concurrent_requests: 30 },
    passive_health_check: { interval: "2s", enforcing_consecutive_5xx: 80 },
  };
  expect(upstreamSettings(entry, api)).toMatchObject({
    connectTimeoutMs: 1000,
    limits: { maxConnections: 11, maxPendingRequests: 20, maxConcurrentRequests: undefined },
    passiveHealthCheck: { intervalMs: 5_000, maxFailures: 3 },
  });
  expect(upstreamSettings(entry, { ...api, config })).toMatchObject({
    limits: { maxConnections: 11, maxPendingRequests: 20, maxConcurrentRequests: 30 },
    passiveHealthCheck: { intervalMs: 2_000, maxFailures: 3, enforcingConsecutive5xx: 80 },
  });
  expect(upstreamSettings(null, api)).toMatchObject({ connectTimeoutMs: undefined });
});

test.each([
  ["{", "JSON"],
  ['{"Mode": "transparent"}', "-proxy: Mode is not supported; known are Config, Upstreams, Expose, MeshGateway"],
  ['{"Upstreams": [{"DestinationName": "db"}]}', "-proxy: Upstreams[0]: LocalBindPort is no port"],
  ['{"Upstreams": [{"LocalBindPort": 1}]}', "-proxy: Upstreams[0]: DestinationName is missing"],
  [
    '{"Upstreams": [{"DestinationName": "q", "DestinationType": "prepared_query", "LocalBindPort": 1}]}',
    "-proxy: Upstreams[0]: prepared queries are not supported",
  ],
  [
    '{"Upstreams": [{"DestinationName": "q", "Name": "x"}]}',
    "-proxy: Upstreams[0]: Upstreams[0].Name is not supported",
  ],
  ['{"Expose": {"Checks": true}}', "-proxy: Expose.Checks is not supported; known are Paths"],
  ['{"Expose": {"Paths": [{"ListenerPort": 1, "LocalPathPort": 2, "Path": "x"}]}}', "Path does not begin with /"],
  ['{"MeshGateway": {"Mode": "far"}}', "-proxy: MeshGateway.Mode is none of local, remote, none"],
])("%s is refused: %s", (text, message) => {
  const parsed = parseProxyBlock(text);
  expect(parsed.ok ? "" : parsed.failure.message).toContain(message);
});

test("a Proxy block in Consul's own words", () => {
  const text = JSON.stringify({
    Config: { local_connect_timeout_ms: 10 },
    MeshGateway: { Mode: "local" },
    Upstreams: [{ DestinationName: "db", Datacenter: "dc2", LocalBindPort: 9191, Config: { limits: {} } }],
    Expose: { Paths: [{ ListenerPort: 21_500, Path: "/health", LocalPathPort: 8080, Protocol: "http2" }] },
  });
  expect(parseProxyBlock(text)).toEqual({
    ok: true,
    value: {
      config: { local_connect_timeout_ms: 10 },
      upstreams: [
        {
          service: "db",
          datacenter: "dc2",
          bindAddress: "127.0.0.1",
          bindPort: 9191,
          config: { limits: {} },
          meshGateway: "local",
        },
      ],
      exposedPaths: [{ listenerPort: 21_500, path: "/health", localPort: 8080, protocol: "http2" }],
    },
  });
});
