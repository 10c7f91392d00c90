import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { systemTimers } from "#cli/agent";
import { Server, ServerCredentials, type ServerUnaryCall, type sendUnaryData } from "@grpc/grpc-js";
import {
  AdsServer,
  Encoder,
  encodeSet,
  type Resource,
  resourcesOf,
  type ResourceSet,
  samples,
} from "#integrations/envoy";
import { until } from "#test/support";

/**
 * The xDS client of gRPC, which is not ours, state of the world: it takes our routes, clusters and endpoints without a
 * proxy. A node of this kind is there in tests only: its clusters have no TLS, its listener is one for an API.
 */
const tools = join(import.meta.dirname, "../../tools");
const isPresent = existsSync(join(tools, "node_modules/@grpc/grpc-js-xds"));
const NODE = "proxyless-1";
const quiet = { log: () => undefined, child: () => quiet } as never;
const asIs = (bytes: Buffer): Buffer => bytes;
const SAY = {
  path: "/api.Api/Say",
  requestStream: false,
  responseStream: false,
  requestSerialize: asIs,
  requestDeserialize: asIs,
  responseSerialize: asIs,
  responseDeserialize: asIs,
} as const;

describe.skipIf(!isPresent)("a client without a proxy", () => {
  const folder = mkdtempSync(join(tmpdir(), "drover-proxyless-"));
  const socket = join(folder, "ads.sock");
  const ads = new AdsServer({ logger: quiet, timers: systemTimers, onlyNode: NODE, changed: () => undefined });
  const encoder = new Encoder();
  const backends: { forceShutdown(): void }[] = [];
  const ports: number[] = [];
  let client: ChildProcess;
  let lines: AsyncIterator<string>;

  beforeAll(async () => {
    for (const version of ["v1", "v2"]) {
      const server = new Server();
      const say = (_call: ServerUnaryCall<Buffer, Buffer>, answer: sendUnaryData<Buffer>): void =>
        answer(null, Buffer.from(version));
      server.addService({ say: SAY }, { say });
      const credentials = ServerCredentials.createInsecure();
      ports.push(
        await new Promise<number>((resolve) =>
          server.bindAsync("127.0.0.1:0", credentials, (_e, port) => resolve(port)),
        ),
      );
      backends.push(server);
    }
    await ads.listen(socket);
    ads.set(NODE, resources(90));
    const servers = [
      { server_uri: `unix:${socket}`, channel_creds: [{ type: "insecure" }], server_features: ["xds_v3"] },
    ];
    const config = JSON.stringify({ xds_servers: servers, node: { id: NODE, locality: {} } });
    const script = join(import.meta.dirname, "proxyless-client.cjs");
    client = spawn(process.execPath, [script, tools, "xds:///api"], {
      env: { ...process.env, GRPC_XDS_BOOTSTRAP_CONFIG: config },
      stdio: ["pipe", "pipe", "inherit"],
    });
    lines = createInterface({ input: client.stdout as NodeJS.ReadableStream })[Symbol.asyncIterator]();
  });
  afterAll(() => {
    client?.kill();
    for (const backend of backends) backend.forceShutdown();
    ads.close();
    rmSync(folder, { recursive: true, force: true });
  });

  function resources(percent: number): ResourceSet {
    const set = encodeSet(proxyless(percent, ports), encoder);
    if (!set.ok) throw new Error(set.failure.message);
    return set.value;
  }

  async function shareOf(version: string, calls: number): Promise<number> {
    client.stdin?.write(`${calls}\n`);
    const counts = JSON.parse((await lines.next()).value as string) as Record<string, number>;
    const { v1 = 0, v2 = 0, ...others } = counts;
    expect([others, v1 + v2]).toEqual([{}, calls]);
    return (counts[version] ?? 0) / calls;
  }

  test("takes what it asked for, and routes by the weights", async () => {
    const share = await shareOf("v2", 2_000);
    // Ten per cent; a standard deviation of 2,000 calls is 0.7 points.
    expect(share).toBeGreaterThan(0.07);
    expect(share).toBeLessThan(0.13);
    const { isConnected, kinds } = ads.status(NODE);
    expect(isConnected).toBe(true);
    for (const kind of ["listener", "route", "cluster", "endpoint"] as const) {
      expect([kind, kinds?.[kind].acknowledged, [...(kinds?.[kind].refused ?? [])]]).toEqual([
        kind,
        expect.any(Number),
        [],
      ]);
      expect([kind, kinds?.[kind].isCurrent]).toEqual([kind, true]);
    }
  });

  test("follows a change of the weights", async () => {
    const before = ads.status(NODE).kinds?.route.acknowledged ?? 0;
    ads.set(NODE, resources(0));
    await until("it has them", () => (ads.status(NODE).kinds?.route.acknowledged ?? 0) > before);
    expect(await shareOf("v2", 200)).toBe(1);
  });
});

/** What our sidecar of a splitter would get, without its own parts, TLS and ports. */
function proxyless(percent: number, ports: readonly number[]): Resource[] {
  const [v1, v2] = ["v1", "v2"].map((ServiceSubset) => samples.target("api", { ServiceSubset })) as [
    ReturnType<typeof samples.target>,
    ReturnType<typeof samples.target>,
  ];
  const splits = [
    { Weight: percent, NextNode: `resolver:${v1.ID}` },
    { Weight: 100 - percent, NextNode: `resolver:${v2.ID}` },
  ];
  const nodes = [
    ["splitter:api", { Type: "splitter", Splits: splits }],
    samples.resolver(v1),
    samples.resolver(v2),
  ] as const;
  const rows = [v1, v2].map(
    ({ ID: id }, at) => [id, [samples.instance(ports[at] ?? 0, { address: "127.0.0.1" })]] as const,
  );
  const upstream = samples.upstream(samples.chain("api", "grpc", nodes, [v1, v2]), Object.fromEntries(rows));
  return resourcesOf(samples.snapshot([upstream])).flatMap((resource) => plain(resource));
}

function plain({ kind, name, json }: Resource): Resource[] {
  if (kind === "secret" || name.startsWith("public_listener") || name === "local_app") return [];
  if (kind === "cluster")
    return [{ kind, name, json: JSON.parse(JSON.stringify({ ...json, transportSocket: undefined })) }];
  if (kind === "endpoint") return [{ kind, name, json: withLocality(json) }];
  if (kind !== "listener") return [{ kind, name, json }];
  const [manager] = (json as { filterChains: { filters: { typedConfig: object }[] }[] }).filterChains[0]?.filters ?? [];
  const typedConfig = { ...manager?.typedConfig, httpFilters: [router] };
  return [{ kind, name: "api", json: { name: "api", apiListener: { apiListener: typedConfig } } }];
}

const router = {
  name: "router",
  typedConfig: { "@type": "type.googleapis.com/envoy.extensions.filters.http.router.v3.Router" },
};

/** gRPC passes over endpoints without a locality that has a weight. */
function withLocality(json: object): object {
  const { endpoints, ...rest } = json as { readonly endpoints: readonly object[] };
  const locality = { locality: { region: "r" }, loadBalancingWeight: 1 };
  return { ...rest, endpoints: endpoints.map((each) => ({ ...each, ...locality })) };
}
