import { spawn } from "node:child_process";
import { request } from "node:http";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { component, CONSUL_TOKEN, freeTcpPorts, until } from "#test/support";
import { Child, MeshWorld } from "./world.ts";

/** Our Envoys against Consul's own proxy, and under Consul's access control. */
const isPresent = component("consul") !== undefined && component("envoy") !== undefined;

/** Over a connection of its own: of a TCP service only new ones are judged. */
function answer(port: number): Promise<string> {
  return new Promise((resolve) => {
    const sent = request({ host: "127.0.0.1", port, agent: false, timeout: 2_000 }, (got) => {
      let body = "";
      got.on("data", (chunk: Buffer) => (body += chunk.toString()));
      got.on("end", () => resolve(body));
      got.on("error", () => resolve(""));
    });
    sent.on("timeout", () => sent.destroy());
    sent.on("error", () => resolve(""));
    sent.end();
  });
}

describe.skipIf(!isPresent)("beside Consul's built-in proxy", () => {
  let world: MeshWorld;
  const proxies: Child[] = [];

  function builtIn(args: readonly string[]): Child {
    const child = new Child(
      spawn(component("consul") ?? "", ["connect", "proxy", `-http-addr=${world.consul.address}`, ...args]),
    );
    proxies.push(child);
    return child;
  }

  beforeAll(async () => {
    world = await MeshWorld.start();
  });
  afterAll(async () => {
    for (const child of proxies) child.process.kill("SIGKILL");
    await world?.stop();
  });

  test("our Envoy calls a service behind Consul's proxy", async () => {
    const [listen, local] = (await freeTcpPorts(2)) as [number, number];
    const port = await world.app("db-1", "db", "v1");
    await world.app("web-1", "web", "v1");
    builtIn(["-service", "db", "-service-addr", `127.0.0.1:${port}`, "-listen", `127.0.0.1:${listen}`, "-register"]);
    await world.sidecar("web-1", ["-upstream", `db:${local}`]);
    await until("db answers through both", async () => (await answer(local)) === "v1");
    const denied = { SourceName: "web", DestinationName: "db", Action: "deny" };
    await world.consul.call("/connect/intentions", denied, "POST");
    await until("Consul's proxy refuses us", async () => (await answer(local)) === "");
  });

  test("a caller behind Consul's proxy is served by our Envoy, as far as intentions allow", async () => {
    const [local] = (await freeTcpPorts(1)) as [number];
    await world.app("api-1", "api", "v7");
    await world.sidecar("api-1");
    builtIn(["-service", "other", "-upstream", `api:127.0.0.1:${local}`]);
    await until("api answers through both", async () => (await answer(local)) === "v7");
    await world.consul.call(
      "/connect/intentions",
      { SourceName: "other", DestinationName: "api", Action: "deny" },
      "POST",
    );
    await until("our Envoy refuses it", async () => (await answer(local)) === "");
  });
});

describe.skipIf(!isPresent)("under access control, deny by default", () => {
  let world: MeshWorld;
  beforeAll(async () => {
    world = await MeshWorld.start({ acl: true });
  });
  afterAll(() => world?.stop());

  test("a service identity is all that a sidecar needs, and what is not allowed is refused", async () => {
    const [port] = (await freeTcpPorts(1)) as [number];
    const tokenOf = async (service: string): Promise<string> => {
      const made = await world.consul.call<{ SecretID: string }>("/acl/token", {
        ServiceIdentities: [{ ServiceName: service }],
      });
      return made.SecretID;
    };
    await world.app("api-1", "api", "v1");
    await world.app("web-1", "web", "v1");
    await world.sidecar("api-1", ["-token", await tokenOf("api")]);
    await world.sidecar("web-1", ["-token", await tokenOf("web"), "-upstream", `api:${port}`]);
    expect(await answer(port)).toBe("");
    await world.consul.call(
      "/connect/intentions",
      { SourceName: "web", DestinationName: "api", Action: "allow" },
      "POST",
    );
    await until("web is let in", async () => (await answer(port)) === "v1");
    expect(world.run("mesh", "check", "-token", CONSUL_TOKEN, "web", "api").out).toContain(
      "allowed by the intention web => api",
    );
    expect(world.run("mesh", "check", "-token", CONSUL_TOKEN, "other", "api").out).toContain("denied by default");
  });

  test("a token of another service is told in one line what it lacks", async () => {
    await world.app("db-1", "db", "v1");
    const made = await world.consul.call<{ SecretID: string }>("/acl/token", {
      ServiceIdentities: [{ ServiceName: "web" }],
    });
    const refused = world.run(
      "mesh",
      "proxy",
      "-sidecar-for",
      "db-1",
      "-envoy",
      component("envoy") ?? "",
      "-token",
      made.SecretID,
    );
    expect([refused.code, refused.err.split("\n")[0]]).toEqual([
      1,
      expect.stringMatching(/^the Consul token lacks service:(?:read|write) on .*db/),
    ]);
    const unknown = world.run("mesh", "split", "-token", "99999999-2222-4333-8444-555555555555", "api", "v1=100");
    expect(unknown.err.split("\n")[0]).toBe("Consul does not know this token (ACL not found)");
    const services = await world.consul.call<object>("/agent/services");
    expect(Object.keys(services)).not.toContain("db-1-sidecar-proxy");
  });
});
