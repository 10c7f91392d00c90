import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { component, freeTcpPorts, until } from "#test/support";
import { Load } from "./load.ts";
import { type Child, MeshWorld } from "./world.ts";

const isPresent = component("consul") !== undefined && component("envoy") !== undefined;

/** Starts a gateway and waits until its check passes. */
async function gateway(world: MeshWorld, kind: string, service: string, args: readonly string[] = []): Promise<Child> {
  const envoy = component("envoy") ?? "";
  const [port] = (await freeTcpPorts(1)) as [number];
  const own = kind === "ingress" || args.includes("-port") ? [] : ["-port", String(port)];
  const child = world.drover(["mesh", "gateway", "-kind", kind, "-service", service, "-envoy", envoy, ...own, ...args]);
  await until(`${service} is well`, async () => {
    if (!child.isAlive) throw new Error(`it ended:\n${child.output}`);
    const checks = await world.consul.call<Record<string, { Status: string }>>("/agent/checks");
    return checks[`drover-mesh:${service}`]?.Status === "passing";
  }).catch((error: Error) => {
    throw new Error(`${error.message}\n${child.output}`);
  });
  return child;
}

/** The body of an answer, or what came in its place. */
async function ask(port: number): Promise<string> {
  try {
    const answer = await fetch(`http://127.0.0.1:${port}/`, { signal: AbortSignal.timeout(5_000) });
    const text = await answer.text();
    return answer.status === 200 ? text : String(answer.status);
  } catch {
    return "closed";
  }
}

describe.skipIf(!isPresent)("at the edge of the mesh", () => {
  let world: MeshWorld;
  let ports: { http: number; tcp: number; legacy: number; plain: number };

  beforeAll(async () => {
    world = await MeshWorld.start();
    const [http, tcp, legacy, plain] = (await freeTcpPorts(4)) as [number, number, number, number];
    ports = { http, tcp, legacy, plain };
    await world.app("api-1", "api", "v1");
    await world.app("db-1", "db", "v7");
    await world.app("web-1", "web", "v1");
    await world.app("legacy-1", "legacy", "v9");
    await world.app("plain-1", "plain", "v8");
    await world.config({ Kind: "service-defaults", Name: "api", Protocol: "http" });
    await world.config({ Kind: "service-defaults", Name: "legacy", Protocol: "http" });
    const services = { Port: http, Protocol: "http", Services: [{ Name: "api", Hosts: ["api.example"] }] };
    const listeners = [services, { Port: tcp, Protocol: "tcp", Services: [{ Name: "db" }] }];
    await world.config({ Kind: "ingress-gateway", Name: "edge", Listeners: listeners });
    await world.config({
      Kind: "terminating-gateway",
      Name: "exit",
      Services: [{ Name: "legacy" }, { Name: "plain" }],
    });
    await Promise.all([world.sidecar("api-1"), world.sidecar("db-1")]);
    await Promise.all([gateway(world, "ingress", "edge"), gateway(world, "terminating", "exit")]);
    await world.sidecar("web-1", ["-upstream", `legacy:${legacy}`, "-upstream", `plain:${plain}`]);
  });
  afterAll(() => world?.stop());

  test("an ingress gateway leads HTTP by its host, and TCP by its port", async () => {
    await until("HTTP", async () => (await hostAsk(ports.http, "api.example")) === "v1");
    expect(await hostAsk(ports.http, `api.example:${ports.http}`)).toBe("v1");
    expect(await hostAsk(ports.http, "other.example")).toBe("404");
    expect(await ask(ports.tcp)).toBe("v7");
  });

  test("intentions name an ingress gateway by its service", async () => {
    const body = { SourceName: "edge", DestinationName: "api", SourceType: "consul", Action: "deny" };
    const { ID: id } = await world.consul.call<{ ID: string }>("/connect/intentions", body, "POST");
    await until("denied", async () => (await hostAsk(ports.http, "api.example")) === "403");
    await world.consul.call(`/connect/intentions/${id}`, undefined, "DELETE");
    await until("allowed", async () => (await hostAsk(ports.http, "api.example")) === "v1");
  });

  test("a terminating gateway leads to services without a sidecar, as far as intentions allow", async () => {
    await until("HTTP through it", async () => (await ask(ports.legacy)) === "v9");
    await until("TCP through it", async () => (await ask(ports.plain)) === "v8");
    for (const service of ["legacy", "plain"]) {
      const body = { SourceName: "web", DestinationName: service, SourceType: "consul", Action: "deny" };
      const { ID: id } = await world.consul.call<{ ID: string }>("/connect/intentions", body, "POST");
      const port = service === "legacy" ? ports.legacy : ports.plain;
      await until(`${service} denied`, async () => !(await ask(port)).startsWith("v"));
      await world.consul.call(`/connect/intentions/${id}`, undefined, "DELETE");
      await until(`${service} allowed`, async () => (await ask(port)).startsWith("v"));
    }
  });

  test("a service that is added to an entry is served without a restart", async () => {
    const [port] = (await freeTcpPorts(1)) as [number];
    const listeners = [
      { Port: ports.http, Protocol: "http", Services: [{ Name: "api", Hosts: ["api.example", "www.example"] }] },
      { Port: port, Protocol: "tcp", Services: [{ Name: "db" }] },
    ];
    await world.config({ Kind: "ingress-gateway", Name: "edge", Listeners: listeners });
    await until("the new host", async () => (await hostAsk(ports.http, "www.example")) === "v1");
    await until("the new port", async () => (await ask(port)) === "v7");
    await until("the old one is closed", async () => (await ask(ports.tcp)) === "closed");
  });

  test("gateways stand in the list of proxies, and leave nothing behind", async () => {
    expect(world.run("mesh", "status").out).toMatch(/^edge .*\n(?:.*\n)*exit /m);
    const extra = await gateway(world, "mesh", "mesh-gateway");
    const ended = await extra.end("SIGTERM");
    expect(ended).toBe(0);
    const services = await world.consul.call<Record<string, unknown>>("/agent/services");
    expect(Object.keys(services)).not.toContain("mesh-gateway");
  });

  test("what is wrong with the command is said in one line", () => {
    expect(world.run("mesh", "gateway", "-kind", "odd")).toMatchObject({ code: 1 });
    expect(world.run("mesh", "gateway", "-kind", "odd").err).toContain(
      '-kind "odd" is none of ingress, terminating, mesh',
    );
    expect(world.run("mesh", "gateway", "-kind", "mesh", "-wan-address", "x").err).toContain('"x" is not ADDRESS:PORT');
  });
});

describe.skipIf(!isPresent)("two datacenters on one machine", () => {
  let here: MeshWorld;
  let there: MeshWorld;
  let port: number;

  beforeAll(async () => {
    here = await MeshWorld.start();
    const wan = [`127.0.0.1:${here.consul.ports.serfWan}`];
    there = await MeshWorld.start({ datacenter: "dc2", config: { primary_datacenter: "dc1", retry_join_wan: wan } });
    [port] = (await freeTcpPorts(1)) as [number];
    const failover = { "*": { Datacenters: ["dc2"] } };
    await here.config({ Kind: "proxy-defaults", Name: "global", MeshGateway: { Mode: "local" } });
    await here.config({ Kind: "service-defaults", Name: "api", Protocol: "http" });
    await here.config({ Kind: "service-resolver", Name: "api", Failover: failover });
    await here.app("api-1", "api", "v1");
    await here.app("web-1", "web", "v1");
    await there.app("api-2", "api", "v2");
    await until("dc2 has the entries", async () => {
      const defaults = await there.consul
        .call<{ Protocol: string }>("/config/service-defaults/api")
        .catch(() => undefined);
      return defaults?.Protocol === "http";
    });
    await Promise.all([gateway(here, "mesh", "mesh-gateway"), gateway(there, "mesh", "mesh-gateway")]);
    await Promise.all([here.sidecar("api-1"), there.sidecar("api-2")]);
    await here.sidecar("web-1", ["-upstream", `api:${port}`]);
  });
  afterAll(() => Promise.all([here?.stop(), there?.stop()]));

  test("when a service's last instance here leaves, the gateways lead to the other datacenter", async () => {
    await until("answers from here", async () => (await ask(port)) === "v1");
    const load = new Load(port, 50);
    expect(await here.sidecarOf("api-1").end("SIGTERM")).toBe(0);
    await until("answers from there", async () => (await ask(port)) === "v2");
    await here.sidecar("api-1");
    await until("answers from here again", async () => (await ask(port)) === "v1");
    await load.stop();
    expect([...load.answers].filter(([answer]) => !answer.startsWith("v"))).toEqual([]);
  });

  test("the gateways of the other datacenter are enough (remote)", async () => {
    await here.config({ Kind: "proxy-defaults", Name: "global", MeshGateway: { Mode: "remote" } });
    expect(await here.sidecarOf("api-1").end("SIGTERM")).toBe(0);
    await until("answers from there", async () => (await ask(port)) === "v2");
    await here.sidecar("api-1");
    await until("answers from here again", async () => (await ask(port)) === "v1");
  });
});

/** As `ask`, with a host of one's own: `fetch` does not allow it. */
async function hostAsk(port: number, host: string): Promise<string> {
  const { request } = await import("node:http");
  return new Promise((resolve) => {
    const sent = request({ host: "127.0.0.1", port, headers: { host }, agent: false }, (answer) => {
      let body = "";
      answer.on("data", (chunk: Buffer) => (body += chunk.toString()));
      answer.on("end", () => resolve(answer.statusCode === 200 ? body : String(answer.statusCode)));
    });
    sent.setTimeout(5_000, () => sent.destroy());
    sent.on("error", () => resolve("closed"));
    sent.end();
  });
}
