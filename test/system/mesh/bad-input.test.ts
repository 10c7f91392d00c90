import { chmodSync, existsSync, readdirSync, writeFileSync } from "node:fs";
import { createServer, type IncomingMessage, type Server } from "node:http";
import { createServer as createTcpServer } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { component, freeTcpPorts, until } from "#test/support";
import { MeshWorld } from "./world.ts";

const isPresent = component("consul") !== undefined && component("envoy") !== undefined;
const envoy = component("envoy") ?? "";

/** What is wrong is said in one line, and nothing is half written: not in Consul, not in the run folder. */
describe.skipIf(!isPresent)("with bad input", () => {
  let world: MeshWorld;
  let taken: number;
  const holder = createTcpServer();

  beforeAll(async () => {
    world = await MeshWorld.start();
    [taken] = (await freeTcpPorts(1)) as [number];
    await new Promise<void>((resolve) => void holder.listen({ host: "127.0.0.1", port: taken }, resolve));
    await world.app("web-1", "web", "v1");
    await world.app("api-1", "api", "v1");
    await world.config({ Kind: "service-defaults", Name: "api", Protocol: "http" });
    await world.sidecar("api-1");
    script(world, "old", "echo 'envoy  version: 84e8436/1.20.7/Clean/RELEASE/BoringSSL'");
  });
  afterAll(async () => {
    holder.close();
    await world?.stop();
  });

  /** All that a command could have left behind. */
  async function everything(): Promise<unknown> {
    const kinds = ["service-resolver", "service-splitter", "ingress-gateway", "terminating-gateway"];
    const entries = await Promise.all(kinds.map((kind) => world.consul.call(`/config/${kind}`)));
    const services = Object.keys(await world.consul.call<object>("/agent/services")).toSorted();
    const folders = readdirSync(world.runFolder).filter((name) =>
      existsSync(join(world.runFolder, name, "record.json")),
    );
    return { entries, services, folders, keys: await world.consul.call("/kv/?keys").catch(() => []) };
  }

  const proxy = ["mesh", "proxy", "-sidecar-for", "web-1", "-envoy", envoy];
  const away = ["-consul-addr", "http://127.0.0.1:1"];
  test.each([
    [[...proxy, ...away], "Consul at http://127.0.0.1:1: connect ECONNREFUSED 127.0.0.1:1"],
    [["mesh", "gateway", "-kind", "mesh", "-envoy", envoy, ...away], "connect ECONNREFUSED"],
    [["mesh", "split", ...away, "api", "v1=100"], "connect ECONNREFUSED"],
    [["mesh", "canary", "api", "-from", "v1", "-to", "v2", ...away], "connect ECONNREFUSED"],
    [["mesh", "check", ...away, "web", "api"], "connect ECONNREFUSED"],
    [["mesh", "proxy", "-sidecar-for", "nobody", "-envoy", envoy], 'no service with the ID "nobody" is registered'],
    [["mesh", "proxy", "-sidecar-for", "web-1", "-envoy", "/no/envoy"], "no Envoy at /no/envoy"],
    [["mesh", "proxy", "-sidecar-for", "web-1", "-envoy", "OLD"], "is Envoy 1.20; at least 1.28 is needed"],
    [["mesh", "gateway", "-kind", "ingress", "-envoy", "OLD"], "is Envoy 1.20; at least 1.28 is needed"],
    [[...proxy, "-port", "TAKEN"], "port TAKEN of 127.0.0.1 is taken by process PID ("],
    [[...proxy, "-upstream", "api:TAKEN"], "port TAKEN of 127.0.0.1 is taken by process PID ("],
    [["mesh", "gateway", "-kind", "mesh", "-envoy", envoy, "-port", "TAKEN"], "port TAKEN of 127.0.0.1 is taken by"],
    [["mesh", "split", "api", "v1=100", "v9=0"], 'no sidecar of the service has version = "v9" in its Meta'],
    [["mesh", "split", "nobody", "v1=100"], "nobody speaks tcp: only HTTP traffic can be split"],
    [["mesh", "check", "web"], "This command takes two arguments: SOURCE DESTINATION"],
    [["mesh", "config", "nobody"], 'no proxy "nobody" runs on this machine'],
  ])("%j", async (args, message) => {
    const fill = (text: string): string =>
      text
        .replace("TAKEN", String(taken))
        .replace("PID", String(process.pid))
        .replace("OLD", join(world.folder, "old"));
    const before = await everything();
    const ran = await world.runBeside(...args.map(fill));
    const [first = ""] = ran.err.split("\n");
    expect([ran.code, first, ran.out]).toEqual([1, expect.stringContaining(fill(message)), ""]);
    expect(await everything()).toEqual(before);
  });

  test("a splitter that appears in the middle of a split stays, and of the split nothing", async () => {
    const theirs = { Kind: "service-splitter", Name: "api", Splits: [{ Weight: 100, Service: "web" }] };
    await world.config({ Kind: "service-defaults", Name: "web", Protocol: "http" });
    const meddler = await startMeddler(world.consul.address, "service-splitter", () => world.config(theirs));
    const { port } = meddler.address() as { port: number };
    const ran = await world.runBeside("mesh", "split", "-consul-addr", `http://127.0.0.1:${port}`, "api", "v1=100");
    meddler.close();
    expect([ran.code, ran.err.split("\n")[0]]).toEqual([
      1,
      expect.stringContaining("service-splitter/api was changed by somebody else meanwhile"),
    ]);
    const splitter = await world.consul.call<{ Splits: object[] }>("/config/service-splitter/api");
    expect(splitter.Splits).toMatchObject([{ Weight: 100, Service: "web" }]);
    await expect(world.consul.call("/config/service-resolver/api")).rejects.toThrow("404");
  });

  test("a port of our own choice that somebody binds before Envoy does is given up for another one", async () => {
    const ports = join(world.folder, "hold.cjs");
    writeFileSync(ports, holdChosenPort);
    script(
      world,
      "late",
      `[ "$1" = --version ] || { ${process.execPath} ${ports} $PPID >/dev/null 2>&1 & sleep 2; }\nexec ${envoy} "$@"`,
    );
    const child = world.drover(["mesh", "proxy", "-sidecar-for", "web-1", "-envoy", join(world.folder, "late")]);
    await until("it is well", () => world.isWell("web-1", child), 30_000).catch((error: Error) => {
      throw new Error(`${error.message}\n${child.output}`);
    });
    const moved = /port (\d+) was taken by somebody else meanwhile; (\d+) is used/.exec(child.output);
    const { Port: port } = await world.consul.call<{ Port: number }>("/agent/service/web-1-sidecar-proxy");
    expect([moved?.[2], moved?.[1] === moved?.[2]]).toEqual([String(port), false]);
    expect(await child.end("SIGINT")).toBe(0);
  });
});

function script(world: MeshWorld, name: string, lines: string): void {
  const path = join(world.folder, name);
  writeFileSync(path, `#!/bin/sh\n${lines}\n`);
  chmodSync(path, 0o755);
}

/** Listens for a while on the port that the process whose id it is given has claimed. */
const holdChosenPort = `
const { readdirSync, readFileSync } = require("node:fs");
const { join } = require("node:path");
const folder = join(require("node:os").tmpdir(), "drover-mesh-ports-" + process.getuid());
const mine = readdirSync(folder).find((name) => String(JSON.parse(readFileSync(join(folder, name), "utf8")).pid) === process.argv[2]);
require("node:net").createServer().listen({ host: "127.0.0.1", port: Number(mine.split(".")[0]) });
setTimeout(() => process.exit(), 15_000);
`;

/** Consul, but for somebody who writes first whenever an entry of that kind is to be written. */
function startMeddler(consul: string, kind: string, meddle: () => Promise<unknown>): Promise<Server> {
  const server = createServer((request, answer) => {
    void (async () => {
      const body = await bodyOf(request);
      if (request.method === "PUT" && body.includes(`"${kind}"`)) await meddle();
      const { method = "GET" } = request;
      const passed = await fetch(`${consul}${request.url}`, { method, ...(body !== "" && { body }) });
      const index = passed.headers.get("x-consul-index");
      answer.writeHead(passed.status, index === null ? {} : { "x-consul-index": index }).end(await passed.text());
    })();
  });
  return new Promise((resolve) => void server.listen({ host: "127.0.0.1", port: 0 }, () => resolve(server)));
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  let body = "";
  request.setEncoding("utf8");
  for await (const chunk of request) body += String(chunk);
  return body;
}
