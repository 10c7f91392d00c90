/**
 * Which way imports may point. A module is a folder with a mod.ts; its name is `core/base`, `services/server/http`, ….
 * A core module may import the modules that its row names, and nothing else.
 */
const nouns = ["base", "values", "schema", "model"];
const nounsOnWire = [...nouns, "wire"];

export const coreLayers: Readonly<Record<string, readonly string[]>> = {
  base: [],
  values: ["base"],
  schema: ["base"],
  model: ["base", "values", "schema"],
  wire: nouns,
  store: nounsOnWire,
  filter: nounsOnWire,
  diff: nounsOnWire,
  api: nounsOnWire,
  rpc: nounsOnWire,
  fsm: [...nounsOnWire, "store", "filter", "diff"],
  pipeline: [...nounsOnWire, "store", "filter", "diff"],
  hcl: ["base", "values"],
  jobspec: [...nounsOnWire, "hcl"],
  acl: [...nouns, "hcl"],
  config: [...nouns, "hcl"],
  template: ["base", "values"],
  mesh: ["base", "values"],
  scheduler: [...nounsOnWire, "store", "diff"],
  deployment: [...nounsOnWire, "store", "scheduler"],
  rollout: [...nounsOnWire, "store", "deployment"],
  delivery: [...nounsOnWire, "store", "deployment"],
  raft: ["base"],
  log: ["base"],
  gossip: ["base"],
  runner: nouns,
  runtime: ["base"],
};

/** Core modules in which `async`, `await` and `Promise` may occur. */
export const asyncCoreModules: readonly string[] = ["runtime", "api", "rpc"];

/** What cli/commands and ui may see of core. */
export const surfaceModules: readonly string[] = [
  ...nounsOnWire,
  "api",
  "jobspec",
  "hcl",
  "diff",
  "template",
  "mesh",
  "log",
  "fsm",
  "config",
  "runtime",
];

/** Packages by the module that may import them; a module that is not named may import none. */
export const allowedPackages: Readonly<Record<string, readonly string[]>> = {
  "core/store": ["sorted-btree"],
  "core/hcl": ["@noble/hashes", "bcryptjs", "yaml"],
  "core/template": ["@noble/hashes", "bcryptjs", "handlebars", "yaml"],
  "services/server/rpc": ["@grpc/grpc-js"],
  "services/client/link": ["@grpc/grpc-js"],
  "services/server/http": ["fastify", "ws"],
  "integrations/telemetry": ["pino", "prom-client"],
  "integrations/envoy": ["@grpc/grpc-js", "@bufbuild/protobuf"],
  "services/client/supervisor": ["koffi"],
  "integrations/consul": ["consul"],
  "integrations/mesh-ca": ["node-forge"],
  "cli/agent": ["pino"],
};
