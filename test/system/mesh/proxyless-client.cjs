"use strict";
// gRPC's own xDS client, a process of its own: each line on its input is a number of calls, each line of its output what
// was answered how often. Usage: node proxyless-client.cjs TOOLS TARGET, with GRPC_XDS_BOOTSTRAP_CONFIG.
const { createRequire } = require("node:module");
const { createInterface } = require("node:readline");
const { join } = require("node:path");

const [tools, target] = process.argv.slice(2);
const load = createRequire(join(tools, "package.json"));
const grpc = load("@grpc/grpc-js");
load("@grpc/grpc-js-xds").register();
const client = new grpc.Client(target, grpc.credentials.createInsecure());
const asIs = (bytes) => bytes;

function say() {
  const deadline = Date.now() + 10_000;
  return new Promise((resolve) =>
    client.makeUnaryRequest("/api.Api/Say", asIs, asIs, Buffer.alloc(0), { deadline }, (error, answer) =>
      resolve(error ? error.message : String(answer)),
    ),
  );
}

createInterface({ input: process.stdin }).on("line", async (line) => {
  const counts = {};
  for (let left = Number(line); left > 0; left--) {
    const answer = await say();
    counts[answer] = (counts[answer] ?? 0) + 1;
  }
  process.stdout.write(`${JSON.stringify(counts)}\n`);
});
