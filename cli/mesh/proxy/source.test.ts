import { expect, test } from "vitest";
import { ok, type Result } from "#core/base";
import { systemClock, systemRandom, systemTimers } from "#cli/agent";
import { type ConsulAnswer, type ConsulRequest, type Transport, Watches } from "#integrations/consul";
import { resourcesOf } from "#integrations/envoy";
import { type ProxyFacts, ProxySource } from "./source.ts";
import { snapshotOf } from "./snapshot.ts";

/** Answers of a newer Consul, as its documentation has them; a blocking query is answered once, then waits. */
class FixtureTransport implements Transport {
  readonly asked: string[] = [];
  readonly #answers: Readonly<Record<string, unknown>>;

  constructor(answers: Readonly<Record<string, unknown>>) {
    this.#answers = answers;
  }

  send({ path, query = {} }: ConsulRequest): Promise<Result<ConsulAnswer>> {
    if (query["index"] !== undefined || query["hash"] !== undefined) return new Promise(() => undefined);
    this.asked.push(path);
    const answer = this.#answers[path];
    const headers = { "x-consul-index": "7", "x-consul-contenthash": "h" };
    const text = answer === undefined ? "" : JSON.stringify(answer);
    return Promise.resolve(ok({ status: answer === undefined ? 404 : 200, headers, text }));
  }

  close(): void {}
}

const leaf = { CertPEM: "c", PrivateKeyPEM: "k", Service: "web", ServiceURI: "u", ValidAfter: "", ValidBefore: "" };
const basis = {
  "/agent/service/web-1": { ID: "web-1", Service: "web", Port: 8080, Address: "", Tags: [], Meta: {} },
  "/agent/connect/ca/roots": { TrustDomain: "t.consul", ActiveRootID: "1", Roots: [{ ID: "1", RootCert: "r" }] },
  "/agent/connect/ca/leaf/web": leaf,
  "/config/service-defaults/web": { Kind: "service-defaults", Name: "web", Protocol: "http" },
};
const permissions = [{ Action: "allow", HTTP: { PathPrefix: "/open" } }];
const options = {
  sidecarFor: "web-1",
  proxyId: undefined,
  upstreams: [],
  bindAddress: "127.0.0.1",
  bindPort: undefined,
  config: {},
  exposedPaths: [],
  gatewayService: "mesh-gateway",
};

async function factsFrom(transport: Transport): Promise<ProxyFacts> {
  const watches = new Watches({ transport, clock: systemClock, timers: systemTimers, random: systemRandom });
  const facts = await new Promise<ProxyFacts>((resolve, reject) => {
    const of = { serviceId: "web-1", service: "web", upstreams: [], datacenter: "dc1", gatewayService: "mesh-gateway" };
    return new ProxySource(watches, of, {
      changed: resolve,
      degraded: (reason) => reject(new Error(reason.message)),
      recovered: () => undefined,
    });
  });
  watches.close();
  return facts;
}

test("permissions of a newer Consul reach the RBAC of the routes", async () => {
  const transport = new FixtureTransport({
    ...basis,
    "/connect/intentions/match": {
      web: [
        { ID: "", SourceName: "api", DestinationName: "web", Action: "", Precedence: 9 },
        { ID: "", SourceName: "*", DestinationName: "*", Action: "deny", Precedence: 5 },
      ],
    },
    "/config/service-intentions/web": {
      Kind: "service-intentions",
      Name: "web",
      Sources: [{ Name: "api", Permissions: permissions, Precedence: 9 }],
    },
  });
  const facts = await factsFrom(transport);
  const snapshot = snapshotOf(options, facts, { port: 21_000, datacenter: "dc1", defaultAllow: false });
  const routes = resourcesOf(snapshot as NonNullable<typeof snapshot>).find(({ kind }) => kind === "route");
  expect(JSON.stringify(routes?.json)).toContain('"permissions":[{"urlPath":{"path":{"prefix":"/open"}}}]');
});

test("an old Consul is not asked for entries that it does not know", async () => {
  const transport = new FixtureTransport({
    ...basis,
    "/connect/intentions/match": {
      web: [{ SourceName: "api", DestinationName: "web", Action: "allow", Precedence: 9 }],
    },
  });
  const { intentions } = await factsFrom(transport);
  expect(intentions).toMatchObject([{ SourceName: "api", Action: "allow" }]);
  expect(transport.asked.filter((path) => path.includes("service-intentions"))).toEqual([]);
});
