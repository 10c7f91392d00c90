"use strict";
// A small HTTP service: says its version, fails and dawdles as it is told (PUT /behave {"errorRate": 0.05, "delayMs": 10}).
const { createServer } = require("node:http");

const [port, version] = process.argv.slice(2);
let behaviour = { errorRate: 0, delayMs: 0 };
let count = 0;
/** Envoy marks the host of a mirrored request. */
let mirrored = 0;

const server = createServer((request, answer) => {
  if (request.method === "PUT" && request.url === "/behave") {
    let body = "";
    request.on("data", (chunk) => (body += chunk));
    request.on("end", () => {
      behaviour = { ...behaviour, ...JSON.parse(body) };
      answer.end("well\n");
    });
    return;
  }
  if (request.url === "/seen") return void answer.end(JSON.stringify({ count, mirrored }));
  if (/-shadow(?::|$)/.test(request.headers.host ?? "")) mirrored++;
  // Errors evenly, so that a rate is a rate in a small sample too.
  const { errorRate, delayMs } = behaviour;
  const fails = Math.floor((count + 1) * errorRate) > Math.floor(count * errorRate);
  count++;
  setTimeout(() => answer.writeHead(fails ? 500 : 200).end(version), delayMs);
});
server.keepAliveTimeout = 60_000;
server.listen(Number(port), "127.0.0.1", () => process.stdout.write("listening\n"));
