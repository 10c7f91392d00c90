import { expect, test } from "vitest";
import { bootstrapOf } from "./bootstrap.ts";
import { goldenSnapshots } from "./golden-snapshots.ts";
import { type Resource, resourcesOf } from "./resources/build.ts";
import { checkBootstrap, checkSound } from "./sound.ts";

const splitter = resourcesOf(goldenSnapshots["splitter"] as NonNullable<(typeof goldenSnapshots)[string]>);

function without(kind: string, name: string): Resource[] {
  return splitter.filter((each) => each.kind !== kind || !each.name.includes(name));
}

/** The same, with one text in their JSON replaced. */
function rewritten(pattern: RegExp, by: string): Resource[] {
  return splitter.map((each) => ({ ...each, json: JSON.parse(JSON.stringify(each.json).replace(pattern, by)) }));
}

const v2 = "v2.api.default.dc1.internal.11111111-2222-3333-4444-555555555555.consul";

test.each([
  ["a route to no cluster", without("cluster", "v2."), `route "api": route 1: there is no cluster "${v2}"`],
  ["weights of 0", rewritten(/"weight":\d+/g, '"weight":0'), 'route "api": route 1: all its weights are 0'],
  [
    "no router",
    rewritten(/\{"name":"envoy.filters.http.router"[^}]*\}\}/g, '{"name":"x","typedConfig":{"@type":"x"}}'),
    'listener "api:127.0.0.1:9191": its last HTTP filter is not the router: requests would hang',
  ],
  ["no routes", without("route", "api"), 'listener "api:127.0.0.1:9191": there is no routes "api"'],
  [
    "no endpoints",
    without("endpoint", "v1."),
    `cluster "${v2.replace("v2", "v1")}": there is no assignment of endpoints for it: it would stay in warming`,
  ],
  [
    "no certificate",
    without("secret", "leaf"),
    'listener "public_listener:127.0.0.1:21000": there is no secret "leaf:web"',
  ],
  [
    "one port twice",
    rewritten(/"portValue":9191/g, '"portValue":21000'),
    'listeners "public_listener:127.0.0.1:21000" and "api:127.0.0.1:9191" share an address',
  ],
  ["a cluster that TCP goes to", without("cluster", "local_app"), 'there is no cluster "local_app"'],
])("%s is refused before Envoy sees it", (_what, resources, message) => {
  const checked = checkSound(resources);
  expect(checked.ok ? "sound" : checked.failure.message).toContain(message);
});

test("a control plane that is not reached over HTTP/2 is refused", () => {
  const given = { nodeId: "n", cluster: "c", metadata: {}, adsSocket: "/a", admin: { socket: "/b" } };
  const bootstrap = bootstrapOf(given);
  expect(checkBootstrap(bootstrap).ok).toBe(true);
  const clusters =
    bootstrap.staticResources?.clusters?.map((each) => ({ ...each, typedExtensionProtocolOptions: {} })) ?? [];
  const checked = checkBootstrap({ ...bootstrap, staticResources: { clusters } });
  expect(checked).toMatchObject({
    failure: { message: 'bootstrap: the cluster "local_agent" of the control plane has no HTTP/2' },
  });
});
