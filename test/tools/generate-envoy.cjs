"use strict";
// Writes integrations/envoy/generated anew: Envoy's v3 messages for JavaScript, from the protos that @grpc/grpc-js-xds
// carries (Apache-2.0). Run by hand when those are to change: node test/tools/generate-envoy.cjs
const { execFileSync } = require("node:child_process");
const {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} = require("node:fs");
const { tmpdir } = require("node:os");
const { join } = require("node:path");

const packages = ["@grpc/grpc-js-xds@1.14.1", "@bufbuild/buf@1.75.0", "@bufbuild/protoc-gen-es@2.17.0"];
const target = join(__dirname, "../../integrations/envoy/generated");
const roots = [
  "envoy/service/discovery/v3/ads.proto",
  "envoy/service/discovery/v3/discovery.proto",
  "envoy/config/bootstrap/v3/bootstrap.proto",
  "envoy/config/cluster/v3/cluster.proto",
  "envoy/config/endpoint/v3/endpoint.proto",
  "envoy/config/listener/v3/listener.proto",
  "envoy/config/route/v3/route.proto",
  "envoy/extensions/access_loggers/file/v3/file.proto",
  "envoy/extensions/clusters/aggregate/v3/cluster.proto",
  "envoy/extensions/filters/http/grpc_http1_bridge/v3/config.proto",
  "envoy/extensions/filters/http/grpc_stats/v3/config.proto",
  "envoy/extensions/filters/http/rbac/v3/rbac.proto",
  "envoy/extensions/filters/http/router/v3/router.proto",
  "envoy/extensions/filters/listener/tls_inspector/v3/tls_inspector.proto",
  "envoy/extensions/filters/network/http_connection_manager/v3/http_connection_manager.proto",
  "envoy/extensions/filters/network/rbac/v3/rbac.proto",
  "envoy/extensions/filters/network/sni_cluster/v3/sni_cluster.proto",
  "envoy/extensions/filters/network/tcp_proxy/v3/tcp_proxy.proto",
  "envoy/extensions/transport_sockets/tls/v3/secret.proto",
  "envoy/extensions/transport_sockets/tls/v3/tls.proto",
  "envoy/extensions/upstreams/http/v3/http_protocol_options.proto",
];
const places = ["envoy-api", "xds", "googleapis"];

function run(folder, command, args) {
  execFileSync(command, args, { cwd: folder, stdio: "inherit" });
}

/** The bundled validate.proto is older than the protos that use it: one field is missing. */
function writeOverlay(folder, protos) {
  const text = readFileSync(join(folder, protos, "protoc-gen-validate/validate/validate.proto"), "utf8");
  const after = text.indexOf(";", text.indexOf("strict = 25")) + 1;
  mkdirSync(join(folder, "overlay/validate"), { recursive: true });
  writeFileSync(
    join(folder, "overlay/validate/validate.proto"),
    `${text.slice(0, after)}\n  optional bool ignore_empty = 26;${text.slice(after)}`,
  );
}

function writeSettings(folder, protos) {
  const modules = [...places.map((place) => `${protos}/${place}`), "overlay"];
  writeFileSync(
    join(folder, "buf.yaml"),
    JSON.stringify({ version: "v2", modules: modules.map((path) => ({ path })) }),
  );
  const paths = roots.map((root) => {
    const place = modules.find((module) => existsSync(join(folder, module, root)));
    if (!place) throw new Error(`${root} is not among the protos`);
    return `${place}/${root}`;
  });
  const plugin = {
    local: join(folder, "node_modules/.bin/protoc-gen-es"),
    out: "out",
    opt: ["target=js+dts", "import_extension=js", "json_types=true"],
    include_imports: true,
    strategy: "all",
  };
  writeFileSync(
    join(folder, "buf.gen.yaml"),
    JSON.stringify({ version: "v2", plugins: [plugin], inputs: [{ directory: ".", paths }] }),
  );
}

/** The comments of the protos are two thirds of the types; they stand in Envoy's documentation. */
function withoutComments(text) {
  return text.replace(/^ *\/\*\*\n(?: *\*.*\n)+/gm, "").replace(/\n{3,}/g, "\n\n");
}

function strip(folder) {
  for (const entry of readdirSync(folder, { withFileTypes: true, recursive: true })) {
    const path = join(entry.parentPath ?? entry.path, entry.name);
    if (entry.isFile()) writeFileSync(path, withoutComments(readFileSync(path, "utf8")));
  }
}

const folder = mkdtempSync(join(tmpdir(), "drover-generate-"));
const protos = "node_modules/@grpc/grpc-js-xds/deps";
writeFileSync(join(folder, "package.json"), '{"private":true}');
run(folder, "npm", ["install", "--ignore-scripts", "--no-audit", "--no-fund", "--silent", ...packages]);
writeOverlay(folder, protos);
writeSettings(folder, protos);
run(folder, join(folder, "node_modules/.bin/buf"), ["generate"]);
strip(join(folder, "out"));
const readme = existsSync(join(target, "README.md")) ? readFileSync(join(target, "README.md")) : undefined;
rmSync(target, { recursive: true, force: true });
cpSync(join(folder, "out"), target, { recursive: true });
if (readme) writeFileSync(join(target, "README.md"), readme);
rmSync(folder, { recursive: true, force: true });
