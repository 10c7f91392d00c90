import { randomInt } from "node:crypto";
import { createServer, type Server } from "node:net";

/**
 * Below the ports that the kernel hands out to connections and those that tasks and sidecars get: a port that is free now
 * is not taken by one of them before a test's program binds it.
 */
const PORT_FIRST = 10_000;
const PORT_END = 19_000;
const TRIES_MAX = 1_000;

/** Ports of loopback that nobody listens on now. */
export async function freeTcpPorts(count: number): Promise<number[]> {
  const held = new Map<number, Server>();
  for (let tries = 0; held.size < count; tries++) {
    if (tries === TRIES_MAX) throw new Error(`no ${count} ports from ${PORT_FIRST} to ${PORT_END} are free`);
    const port = randomInt(PORT_FIRST, PORT_END);
    const server = held.has(port) ? undefined : await listening(port);
    if (server) held.set(port, server);
  }
  await Promise.all([...held.values()].map((server) => new Promise((resolve) => server.close(resolve))));
  return [...held.keys()];
}

function listening(port: number): Promise<Server | undefined> {
  return new Promise((resolve) => {
    const server = createServer().once("error", () => resolve(undefined));
    server.listen({ port, host: "127.0.0.1" }, () => resolve(server));
  });
}
