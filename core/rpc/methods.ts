/** A method of the RPC: all are streams in both directions (27 µs a message against 236 µs for a unary call). */
export interface Method {
  readonly path: string;
  /** What it is for; shown in errors. */
  readonly purpose: string;
}

/** The methods between agents. Their messages are in our own binary form; gRPC carries the bytes. */
export const methods = {
  /** One for each node for as long as it runs: `NodeUp` and `NodeDown`. */
  nodeStream: { path: "/drover.v1.Node/Stream", purpose: "node stream" },
  /** A node's answer to an `OpenRequest`, on its second connection: `CallUp`, and nothing down but the end. */
  nodeCall: { path: "/drover.v1.Node/Call", purpose: "node call" },
  /** The bytes of one HTTP connection, for an agent without a server of its own. */
  http: { path: "/drover.v1.Agent/Http", purpose: "HTTP forwarding" },
} as const satisfies Readonly<Record<string, Method>>;

/** Larger messages are refused by both ends; what may grow beyond it is sent in parts. */
export const MESSAGE_BYTES_MAX = 8 * 1024 * 1024;
/** Parts of what is split aim at this. */
export const PART_BYTES = 512 * 1024;
