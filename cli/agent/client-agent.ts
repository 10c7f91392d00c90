import { ok, type Result } from "#core/base";
import { ClientHttp } from "#client/http";
import { RpcLink } from "#client/link";
import type { ClientNode } from "#client/node";
import { leaveOptions, nodeRequests, openClient } from "./client-part.ts";
import type { DataDirectory } from "./data-directory.ts";
import type { AgentOptions } from "./options.ts";
import type { Agent } from "./running-agent.ts";
import { SelfReport } from "./self.ts";
import type { Machine } from "./server-part.ts";

/** An agent without a server: a node of the servers that its configuration names. */
export async function startClientAgent(
  options: AgentOptions,
  directory: DataDirectory,
  machine: Machine,
): Promise<Result<Agent>> {
  const parts: { client?: ClientNode } = {};
  const { timers, random, logger } = machine;
  const link = new RpcLink({
    servers: options.serverAddresses,
    region: options.region,
    requests: () => parts.client && nodeRequests(parts.client.commands),
    timers,
    random,
    logger: logger.child("link"),
  });
  const self = new SelfReport(options, { client: () => parts.client, link });
  const http = new ClientHttp({
    self: () => self.self(),
    health: () => ({ ok: link.trouble === undefined, message: link.trouble ?? "ok" }),
    toServer: () => link.http(),
    responseHeaders: options.settings.http_api_response_headers ?? {},
  });
  const close = async (): Promise<void> => {
    link.close();
    await http.close();
  };
  const bound = await http.listen(options.httpAddress, options.ports.http);
  if (!bound.ok) return bound;
  const client = await openClient(options, directory, link, machine);
  if (!client.ok) {
    await close();
    return client;
  }
  parts.client = client.value;
  client.value.start();
  const leave = async (hurry: AbortSignal): Promise<Result<void>> => {
    const left = await client.value.leave(leaveOptions(options, hurry));
    await close();
    return left;
  };
  return ok({ httpPort: bound.value, directory, leave });
}
