import type { Duplex } from "node:stream";
import { ok, type Result } from "#core/base";
import type { Nodes } from "#server/nodes";
import { HttpTunnel, NodeStreams, RpcServer } from "#server/rpc";
import type { AgentOptions } from "./options.ts";
import type { Machine } from "./server-part.ts";

/** The RPC of this agent's server. */
export interface RpcPart {
  readonly streams: NodeStreams;
  close(): Promise<void>;
}

/** Listens on the RPC port; `connected` takes HTTP connections that come through it. */
export async function openRpc(
  options: AgentOptions,
  nodes: Nodes,
  { timers, random, logger }: Machine,
  connected: (socket: Duplex) => void,
): Promise<Result<RpcPart>> {
  const log = logger.child("rpc");
  const streams = new NodeStreams({ nodes, region: options.region, timers, random, logger: log });
  const tunnel = new HttpTunnel(connected);
  const server = new RpcServer({
    nodeStream: (stream) => streams.accept(stream),
    nodeCall: (stream) => streams.acceptCall(stream),
    http: (stream) => tunnel.accept(stream),
    logger: log,
  });
  const bound = await server.listen(options.bindAddress, options.ports.rpc);
  return bound.ok ? ok({ streams, close: () => server.close() }) : bound;
}
