/** The RPC of a server: the streams of its nodes, what it asks of them, HTTP from agents without a server. */
export { NodeStreams } from "./node-streams.ts";
export type { NodesPort } from "./ports.ts";
export { HttpTunnel } from "./http-tunnel.ts";
export { RpcServer, type RpcServerOptions } from "./rpc-server.ts";
