/** The way from a client to its servers: what it may ask of them, and the node stream that carries it. */
export type {
  AllocationBatch,
  AllocationUpdate,
  Heartbeat,
  Lease,
  NodeCredentials,
  ServerLink,
} from "./contract.ts";
export { RpcLink, type RpcLinkOptions } from "./rpc-link.ts";
export type { NodeRequests } from "./calls.ts";
