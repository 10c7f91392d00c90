"use strict";
// A service of the demo: `node service.cjs PORT NAME VERSION`. PUT /behave {"errorRate": 0.05, "delayMs": 20} changes how it does.
const { createServer } = require("node:http");

const [port, name, version] = process.argv.slice(2);
const behaviour = { errorRate: 0, delayMs: 0 };

createServer((request, answer) => {
  if (request.method === "PUT" && request.url === "/behave") {
    let body = "";
    request.on("data", (chunk) => (body += chunk));
    request.on("end", () => answer.end(`${JSON.stringify(Object.assign(behaviour, JSON.parse(body)))}\n`));
    return;
  }
  const fails = Math.random() < behaviour.errorRate;
  setTimeout(() => answer.writeHead(fails ? 500 : 200).end(`${name} ${version}\n`), behaviour.delayMs);
}).listen(Number(port), "127.0.0.1");
