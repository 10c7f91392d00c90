import { existsSync, readdirSync } from "node:fs";
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { component, freeTcpPorts, until } from "#test/support";
import { Load } from "./load.ts";
import { MeshWorld } from "./world.ts";

/** Two versions of a service behind one caller, with a real Consul and real Envoys. */
const isPresent = component("consul") !== undefined && component("envoy") !== undefined;

describe.skipIf(!isPresent)("two versions behind one caller", () => {
  let world: MeshWorld;
  let port: number;
  let adminPort: number;

  beforeAll(async () => {
    world = await MeshWorld.start();
    [port, adminPort] = (await freeTcpPorts(2)) as [number, number];
    await world.app("api-1", "api", "v1");
    await world.app("api-2", "api", "v2");
    await world.app("web-1", "web", "v1");
    await world.config({ Kind: "service-defaults", Name: "api", Protocol: "http" });
    await Promise.all([
      world.sidecar("api-1"),
      world.sidecar("api-2"),
      world.sidecar("web-1", ["-upstream", `api:${port}`, "-admin-bind", `127.0.0.1:${adminPort}`]),
    ]);
    await world.goesThrough(port);
  });
  afterAll(() => world?.stop());

  test("every bootstrap is a configuration that Envoy accepts", () => {
    const records = world.records();
    expect(records).toHaveLength(3);
    for (const { folder } of records) {
      const file = join(folder, "bootstrap.json");
      const checked = spawnSync(component("envoy") ?? "", ["--mode", "validate", "-c", file], { encoding: "utf8" });
      expect([checked.status, checked.stdout.trim()]).toEqual([0, `configuration '${file}' OK`]);
    }
  });

  test("Envoy's admin interface is reached where -admin-bind says", async () => {
    expect(await (await fetch(`http://127.0.0.1:${adminPort}/ready`)).text()).toBe("LIVE\n");
  });

  test("a sidecar carries the Meta of its service, and follows it", async () => {
    const meta = async (): Promise<object> => {
      const read = await world.consul.call<{ Meta: object }>("/agent/service/web-1-sidecar-proxy");
      return read.Meta;
    };
    expect(await meta()).toEqual({ version: "v1" });
    const app = world.apps.get("web-1");
    const changed = { ID: "web-1", Name: "web", Port: app?.port, Meta: { version: "v1", team: "a" } };
    await world.consul.call("/agent/service/register", changed);
    await until("the sidecar follows", async () => JSON.stringify(await meta()).includes("team"));
  });

  test("10,000 requests through 90/10 are 90/10, within one and a half points", async () => {
    const split = world.run("mesh", "split", "-wait", "api", "v1=90", "v2=10");
    expect([split.err, split.code]).toEqual(["", 0]);
    expect(split.out).toContain("api: v1=90 v2=10\nApplied by web-1-sidecar-proxy\n");
    expect(split.out).toContain("Not confirmed by traffic (0 requests)\n");
    const load = new Load(port, 0);
    await load.burst(10_000);
    await load.stop();
    expect(load.failures).toBe(0);
    expect(load.count("v2") / 10_000).toBeGreaterThan(0.085);
    expect(load.count("v2") / 10_000).toBeLessThan(0.115);
  });

  test("from 0 to 100 under 500 requests a second not one fails, and traffic confirms it", async () => {
    expect(world.run("mesh", "split", "-wait", "api", "v1=100", "v2=0")).toMatchObject({ err: "", code: 0 });
    const load = new Load(port, 500);
    await sleep(1_000);
    for (const shares of [
      ["v1=50", "v2=50"],
      ["v1=0", "v2=100"],
      ["v1=100", "v2=0"],
      ["v1=0", "v2=100"],
    ]) {
      const done = await world.runBeside("mesh", "split", "-wait", "api", ...shares);
      expect([done.err, done.code]).toEqual(["", 0]);
      expect(done.out).toMatch(/Confirmed by \d+ requests/);
    }
    await load.stop();
    expect([load.failures, load.sent > 2_000]).toEqual([0, true]);
  });

  test("what is wrong with a split is said before anything is written", async () => {
    const before = await world.consul.call("/config/service-splitter/api");
    expect(world.run("mesh", "split", "api", "v1=95", "v2=6").err).toContain("sum up to 101");
    expect(world.run("mesh", "split", "api", "v1=95", "v3=5").err).toContain(
      'no sidecar of the service has version = "v3"',
    );
    expect(world.run("mesh", "split", "db", "v1=95", "v2=5").err).toContain("db speaks tcp");
    expect(await world.consul.call("/config/service-splitter/api")).toEqual(before);
    await world.config({ Kind: "service-splitter", Name: "api", Splits: [{ Weight: 100, ServiceSubset: "v1" }] });
    expect(world.run("mesh", "split", "api", "v1=95", "v2=5").err).toContain(
      "service-splitter/api was not written by drover",
    );
    expect(world.run("mesh", "split", "-force", "api", "v1=95", "v2=5").code).toBe(0);
  });

  test("status, config and check tell what is there, what differs and who may call whom", async () => {
    const status = world.run("mesh", "status");
    expect(status.out.split("\n").map((line) => line.split(/ {2,}/))).toMatchObject([
      ["Proxy", "Service", "Port", "State", "Envoy", "Clusters/Listeners/Routes", "Refused"],
      ["api-1-sidecar-proxy", "api", expect.any(String), "connected", expect.any(String), "1/1/1", "0"],
      ["api-2-sidecar-proxy", "api", expect.any(String), "connected", expect.any(String), "1/1/1", "0"],
      ["web-1-sidecar-proxy", "web", expect.any(String), "connected", expect.any(String), "3/2/1", "0"],
      [""],
    ]);
    const json = world.run("mesh", "status", "-t", "{{range .}}{{.ProxyID}} {{.State}}\n{{end}}");
    expect(json.out).toContain("web-1-sidecar-proxy connected\n");
    for (const id of ["web-1", "api-1", "api-2"])
      expect(world.run("mesh", "config", "-diff", id)).toMatchObject({
        code: 0,
        out: `${id}-sidecar-proxy has what it should have\n`,
      });
    expect(JSON.parse(world.run("mesh", "config", "web-1").out)).toHaveProperty(["route api", "name"], "api");
    expect(world.run("mesh", "config", "nobody").err).toContain('no proxy "nobody" runs on this machine');
    const intention = { SourceName: "*", DestinationName: "api", Action: "deny" };
    const made = await world.consul.call<{ ID: string }>("/connect/intentions", intention, "POST");
    expect(world.run("mesh", "check", "web", "api")).toMatchObject({
      code: 2,
      out: `web => api: denied by the intention * => api (precedence 8, ${made.ID})\n`,
    });
    await world.consul.call(`/connect/intentions/${made.ID}`, undefined, "DELETE");
    expect(world.run("mesh", "check", "web", "api")).toMatchObject({
      code: 0,
      out: "web => api: allowed by default: no intention names them\n",
    });
  });

  test("intentions hold as soon as they are there, and no longer", async () => {
    const status = async (): Promise<number> => (await fetch(`http://127.0.0.1:${port}/`)).status;
    const made = await world.consul.call<{ ID: string }>(
      "/connect/intentions",
      { SourceName: "web", DestinationName: "api", Action: "deny" },
      "POST",
    );
    await until("web is refused", async () => (await status()) === 403);
    await world.consul.call(`/connect/intentions/${made.ID}`, undefined, "DELETE");
    await until("web is let in again", async () => (await status()) === 200);
    // Each of the two sidecars of api has to hear of it.
    await until("both let it in", async () => {
      const codes = await Promise.all(Array.from({ length: 50 }, status));
      return codes.every((code) => code === 200);
    });
  });

  test("roots and leaves rotate under load without a lost request", async () => {
    const load = new Load(port, 200);
    await sleep(500);
    const roots = await world.consul.call<{ ActiveRootID: string }>("/connect/ca/roots");
    const key = spawnSync("openssl", ["ecparam", "-name", "prime256v1", "-genkey", "-noout"], {
      encoding: "utf8",
    }).stdout;
    await world.consul.call("/connect/ca/configuration", {
      Provider: "consul",
      Config: {
        PrivateKey: key,
        RootCert: "",
        LeafCertTTL: "72h",
        RotationPeriod: "2160h",
        IntermediateCertTTL: "8760h",
      },
    });
    const active = await until("there is a new root", async () => {
      const now = await world.consul.call<{ ActiveRootID: string }>("/connect/ca/roots");
      return now.ActiveRootID !== roots.ActiveRootID && now.ActiveRootID;
    });
    expect(active).not.toBe(roots.ActiveRootID);
    const serial = certificateOf(world, "api-1");
    await until("the leaf is a new one", () => certificateOf(world, "api-1") !== serial, 60_000);
    await sleep(2_000);
    await load.stop();
    expect(Object.fromEntries(load.answers)).toEqual({ v1: load.count("v1"), v2: load.count("v2") });
    expect(load.sent).toBeGreaterThan(400);
  });

  test("a killed control plane costs nothing, and its successor adopts the running Envoy", async () => {
    const load = new Load(port, 200);
    const before = world.envoyOf("web-1").pid;
    await Promise.all(["web-1", "api-1"].map((id) => world.sidecarOf(id).end("SIGKILL")));
    await sleep(1_000);
    await Promise.all([world.sidecar("web-1", ["-upstream", `api:${port}`]), world.sidecar("api-1")]);
    expect(world.envoyOf("web-1").pid).toBe(before);
    await until("it says so", () => world.sidecarOf("web-1").output.includes("adopted the running Envoy"));
    // Nothing has changed for the Envoy, which is sent nothing, and is well.
    await sleep(3_000);
    expect(await world.isWell("api-1", world.sidecarOf("api-1"))).toBe(true);
    const done = await world.runBeside("mesh", "split", "-wait", "api", "v1=20", "v2=80");
    expect([done.err, done.code]).toEqual(["", 0]);
    const second = world.drover(["mesh", "proxy", "-sidecar-for", "web-1", "-envoy", component("envoy") ?? ""]);
    await until("a second one is refused", () => !second.isAlive);
    expect(second.output).toContain("the sidecar web-1-sidecar-proxy is already run by process");
    await load.stop();
    expect(load.failures).toBe(0);
  });

  test("a killed Envoy is back within two seconds, with its last weights", async () => {
    process.kill(world.envoyOf("web-1").pid, "SIGKILL");
    const began = Date.now();
    await until(
      "it serves again",
      async () => (await fetch(`http://127.0.0.1:${port}/`).catch(() => undefined))?.status === 200,
    );
    expect(Date.now() - began).toBeLessThan(4_000);
    const load = new Load(port, 0);
    await load.burst(1_000);
    await load.stop();
    expect(load.failures).toBe(0);
    expect(Math.abs(load.count("v2") / 1_000 - 0.8)).toBeLessThan(0.08);
  });

  test("Consul away and back: traffic goes on, and a change arrives afterwards", async () => {
    const load = new Load(port, 200);
    await world.consul.kill();
    await sleep(2_000);
    await world.consul.run();
    await until("the sidecars are well", async () => world.isWell("web-1", world.sidecarOf("web-1")));
    const done = await world.runBeside("mesh", "split", "-wait", "api", "v1=70", "v2=30");
    expect([done.err, done.code]).toEqual(["", 0]);
    await load.stop();
    expect(load.failures).toBe(0);
  });

  test("-clear takes the entries away in order, without a lost request", async () => {
    const load = new Load(port, 200);
    const cleared = await world.runBeside("mesh", "split", "-clear", "api");
    expect([cleared.err, cleared.code, cleared.out]).toEqual([
      "",
      0,
      "Cleared service-splitter/api\nCleared service-resolver/api\n",
    ]);
    await sleep(1_000);
    await load.stop();
    expect(load.failures).toBe(0);
    await expect(world.consul.call("/config/service-splitter/api")).rejects.toThrow("404");
  });

  test("Ctrl-C deregisters, ends the Envoy and leaves nothing; a service that goes takes its sidecar along", async () => {
    const { pid } = world.envoyOf("api-2");
    expect(await world.sidecarOf("api-2").end("SIGINT")).toBe(0);
    expect(existsSync(`/proc/${pid}`)).toBe(false);
    const services = await world.consul.call<object>("/agent/services");
    expect(Object.keys(services)).not.toContain("api-2-sidecar-proxy");
    await world.consul.call("/agent/service/deregister/api-1", "", "PUT");
    const left = world.sidecarOf("api-1");
    await until("it leaves by itself", () => !left.isAlive);
    expect([left.process.exitCode, left.output.includes("the service was deregistered")]).toEqual([0, true]);
    expect(readdirSync(world.runFolder, { withFileTypes: true }).filter((entry) => entry.isDirectory())).toHaveLength(
      1,
    );
  });

  test.each([
    [["-sidecar-for", "nobody"], 'no service with the ID "nobody" is registered'],
    [["-sidecar-for", "web-1", "-service", "api"], "web-1 is an instance of web, not of api"],
    [["-sidecar-for", "web-1", "-envoy", "/no/envoy"], "no Envoy at /no/envoy"],
    [["-sidecar-for", "web-1", "-envoy", "/bin/true"], "does not say an Envoy's version"],
    [["-sidecar-for", "web-1", "-upstream", "api"], '-upstream "api" is not NAME:PORT'],
    [["-sidecar-for", "web-1", "-upstream", "a:1", "-upstream", "b:1"], "upstreams a and b both want 127.0.0.1:1"],
    [["-sidecar-for", "web-1", "-consul-addr", "http://127.0.0.1:1"], "ECONNREFUSED 127.0.0.1:1"],
    [["-sidecar-for", "web-1", "-consul-addr", "ftp://x"], '"ftp://x" is no address of a Consul agent'],
  ])("mesh proxy %j says in one line what is wrong", (args, message) => {
    const envoy = args.includes("-envoy") ? [] : ["-envoy", component("envoy") ?? ""];
    const refused = world.run("mesh", "proxy", ...envoy, ...args);
    expect([refused.code, refused.err.split("\n")[0]]).toEqual([1, expect.stringContaining(message)]);
  });
});

function certificateOf(world: MeshWorld, id: string): string {
  const socket = join(world.envoyOf(id).folder, "admin.sock");
  const asked = spawnSync("curl", ["-s", "--unix-socket", socket, "http://admin/certs"], { encoding: "utf8" });
  const { certificates } = JSON.parse(asked.stdout) as { certificates: { cert_chain?: { serial_number: string }[] }[] };
  return certificates[0]?.cert_chain?.[0]?.serial_number ?? "";
}
