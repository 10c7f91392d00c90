import { rmSync } from "node:fs";
import { ok, type Result } from "#core/base";
import type { ClientNode } from "#client/node";
import { HttpServer } from "#server/http";
import { leaveOptions, openClient } from "./client-part.ts";
import { type DataDirectory, serverIdentity } from "./data-directory.ts";
import { httpPorts } from "./http-part.ts";
import type { AgentOptions } from "./options.ts";
import { openRpc, type RpcPart } from "./rpc-part.ts";
import type { Agent } from "./running-agent.ts";
import { SelfReport } from "./self.ts";
import { inProcessLink } from "./server-link.ts";
import { type Machine, openServer, type ServerPart } from "./server-part.ts";

const LEADER_WAIT_MS = 5000;

interface Parts {
  readonly server: ServerPart;
  rpc?: RpcPart;
  http?: HttpServer;
  client?: ClientNode;
}

/** An agent with a server, and perhaps a client in the same process. */
export async function startServerAgent(
  options: AgentOptions,
  directory: DataDirectory,
  machine: Machine,
): Promise<Result<Agent>> {
  const identity = serverIdentity(directory, machine.random);
  if (!identity.ok) return identity;
  const server = await openServer(options, directory, identity.value, machine);
  if (!server.ok) return server;
  const parts: Parts = { server: server.value };
  const started = await startParts(options, directory, parts, machine);
  if (!started.ok) await closeParts(options, directory, parts);
  return started;
}

async function startParts(
  options: AgentOptions,
  directory: DataDirectory,
  parts: Parts,
  machine: Machine,
): Promise<Result<Agent>> {
  const { server } = parts;
  const self = new SelfReport(options, { server, client: () => parts.client });
  const rpc = await openRpc(options, server.nodes, machine, (socket) => parts.http?.connected(socket));
  if (!rpc.ok) return rpc;
  parts.rpc = rpc.value;
  const http = new HttpServer(httpPorts(options, server, rpc.value.streams, () => parts.client, self, machine));
  parts.http = http;
  const bound = await http.listen(options.httpAddress, options.ports.http);
  if (!bound.ok) return bound;
  server.consensus.start();
  await established(server, machine);
  const client = await startClient(options, directory, parts, machine);
  if (!client.ok) return client;
  return ok({ httpPort: bound.value, directory, leave: (hurry) => leaveAll(options, directory, parts, hurry) });
}

async function startClient(
  options: AgentOptions,
  directory: DataDirectory,
  parts: Parts,
  machine: Machine,
): Promise<Result<void>> {
  if (!options.clientEnabled) return ok(undefined);
  const client = await openClient(options, directory, inProcessLink(parts.server.nodes), machine);
  if (!client.ok) return client;
  parts.client = client.value;
  client.value.start();
  return ok(undefined);
}

/** A client that asks before there is a leader would only be told to come again. */
function established(server: ServerPart, { timers }: Machine): Promise<void> {
  return new Promise((resolve) => {
    if (server.consensus.leadership.isEstablished) return resolve();
    const timeout = timers.after(LEADER_WAIT_MS, resolve);
    server.consensus.onLeadership(({ isEstablished }) => {
      if (!isEstablished) return;
      timeout.cancel();
      resolve();
    });
  });
}

async function leaveAll(
  options: AgentOptions,
  directory: DataDirectory,
  parts: Parts,
  hurry: AbortSignal,
): Promise<Result<void>> {
  const left = parts.client ? await parts.client.leave(leaveOptions(options, hurry)) : ok(undefined);
  await closeParts(options, directory, parts);
  return left;
}

async function closeParts(options: AgentOptions, directory: DataDirectory, parts: Parts): Promise<void> {
  await parts.rpc?.close();
  await parts.http?.close();
  await parts.server.close();
  if (options.isDev && options.dataDir === "") rmSync(directory.root, { recursive: true, force: true });
}
