"use strict";
// Two versions of `api` behind a caller `web`, in a mesh of real Consul and Envoys: node examples/mesh/demo.cjs
// Needs `consul` and `envoy` on the PATH (or where .ci/components puts them). Ctrl-C ends everything and leaves nothing.
const { spawn, spawnSync } = require("node:child_process");
const { existsSync, mkdtempSync, rmSync } = require("node:fs");
const { request } = require("node:http");
const { tmpdir } = require("node:os");
const { delimiter, join } = require("node:path");

const root = join(__dirname, "../..");
const drover = join(root, "bin/drover");
const components = process.env.DROVER_COMPONENTS ?? "/opt/drover-components";
const path = `${process.env.PATH}${delimiter}${join(components, "bin")}`;
const folder = mkdtempSync(join(tmpdir(), "drover-mesh-demo-"));
const CONSUL = "http://127.0.0.1:8500";
const CALLER_PORT = 9191;
const env = { ...process.env, PATH: path, CONSUL_HTTP_ADDR: CONSUL, DROVER_MESH_RUN: join(folder, "run") };
const services = [
  { id: "api-1", name: "api", version: "v1", port: 9001 },
  { id: "api-2", name: "api", version: "v2", port: 9002 },
  { id: "web-1", name: "web", version: "v1", port: 9000 },
];
const children = [];

function start(name, command, args) {
  const child = spawn(command, args, { env, stdio: ["ignore", "ignore", "inherit"], detached: true });
  child.on("error", (error) => end(1, `${name} cannot be started: ${error.message}`));
  children.push(child);
  return child;
}

function call(method, url, body) {
  return new Promise((resolve, reject) => {
    const sent = request(url, { method, timeout: 2000 }, (answer) => {
      let text = "";
      answer.setEncoding("utf8");
      answer.on("data", (chunk) => (text += chunk));
      answer.on("end", () =>
        answer.statusCode < 300 ? resolve(text) : reject(new Error(`${answer.statusCode} ${text}`)),
      );
    });
    sent.on("error", reject);
    sent.end(body && JSON.stringify(body));
  });
}

async function until(what, look) {
  const deadline = Date.now() + 30_000;
  for (;;) {
    if (await look().catch(() => false)) return;
    if (Date.now() > deadline) await end(1, `${what}: not within 30 s`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

let isEnding = false;
async function end(code, message) {
  if (isEnding) return;
  isEnding = true;
  if (message) process.stderr.write(`${message}\n`);
  // Sidecars first: they deregister, drain and end their Envoys.
  for (const child of children.toReversed()) {
    if (child.exitCode !== null || child.signalCode !== null) continue;
    const ended = new Promise((resolve) => child.once("exit", resolve));
    child.kill("SIGINT");
    const timer = setTimeout(() => child.kill("SIGKILL"), 10_000);
    await ended;
    clearTimeout(timer);
  }
  rmSync(folder, { recursive: true, force: true });
  process.exit(code);
}

async function main() {
  if (!existsSync(join(root, "dist/commands.json"))) await end(1, "build first: npm start, or npm run build");
  for (const name of ["consul", "envoy"])
    if (spawnSync(name, ["version", "--version"], { env }).error)
      await end(1, `no ${name} on the PATH: .ci/components installs it`);
  for (const name of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(name, () => void end(0));
  start("consul", "consul", ["agent", "-dev", "-log-level", "err"]);
  await until("Consul", async () => JSON.parse(await call("GET", `${CONSUL}/v1/connect/ca/roots`)).Roots.length > 0);
  for (const { id, name, version, port } of services) {
    start(id, process.execPath, [join(__dirname, "service.cjs"), String(port), name, version]);
    await call("PUT", `${CONSUL}/v1/agent/service/register`, { ID: id, Name: name, Port: port, Meta: { version } });
  }
  await call("PUT", `${CONSUL}/v1/config`, { Kind: "service-defaults", Name: "api", Protocol: "http" });
  for (const { id } of services) {
    const upstream = id === "web-1" ? ["-upstream", `api:${CALLER_PORT}`] : [];
    start(id, process.execPath, [drover, "mesh", "proxy", "-sidecar-for", id, "-log-level", "error", ...upstream]);
  }
  await until("the mesh", () => call("GET", `http://127.0.0.1:${CALLER_PORT}/`));
  process.stdout.write(`
web calls api at http://127.0.0.1:${CALLER_PORT}/, through two Envoys and mutual TLS. In another terminal:

    export CONSUL_HTTP_ADDR=${CONSUL} DROVER_MESH_RUN=${env.DROVER_MESH_RUN}
    bin/drover mesh status
    bin/drover mesh split -wait api v1=90 v2=10
    for i in $(seq 20); do curl -s 127.0.0.1:${CALLER_PORT}; done | sort | uniq -c
    bin/drover mesh check web api
    bin/drover mesh split -clear api

Ctrl-C ends everything and leaves nothing behind.
`);
}

main().catch((error) => end(1, error.message));
