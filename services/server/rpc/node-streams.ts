import { err, type Logger, ok, type Random, type Result, type Timers } from "#core/base";
import type { FileFrame, LogsRequest } from "#core/rpc";
import type { ByteStream } from "./byte-stream.ts";
import { NodeCalls } from "./node-calls.ts";
import { NodeStream } from "./node-stream.ts";
import type { NodesPort } from "./ports.ts";

export interface NodeStreamsOptions {
  readonly nodes: NodesPort;
  readonly region: string;
  readonly timers: Timers;
  readonly random: Random;
  readonly logger: Logger;
}

/** The streams of the nodes that this server holds. */
export class NodeStreams {
  readonly #options: NodeStreamsOptions;
  readonly #byNode = new Map<string, NodeStream>();
  readonly #calls: NodeCalls;

  constructor(options: NodeStreamsOptions) {
    this.#options = options;
    this.#calls = new NodeCalls(options);
  }

  /** Takes a node's stream. */
  accept(stream: ByteStream): void {
    const { nodes, region, logger } = this.#options;
    new NodeStream(stream, { nodes, region, logger }, (nodeId, node) => this.#proven(nodeId, node)).start();
  }

  /** Takes a node's answer to what was asked of it. */
  acceptCall(stream: ByteStream): void {
    this.#calls.accept(stream);
  }

  holds(nodeId: string): boolean {
    return this.#byNode.has(nodeId);
  }

  /** Frames of a task's log from the node that runs it; `no_path` when this server holds no stream of it. */
  logs(nodeId: string, logs: LogsRequest, signal: AbortSignal): Promise<Result<AsyncIterable<FileFrame>>> {
    const stream = this.#byNode.get(nodeId);
    if (!stream)
      return Promise.resolve(
        err("no_path", "No path to node", { hint: `node ${nodeId} is not connected: see \`node status\`` }),
      );
    return this.#calls.ask((open) => stream.ask(open), { logs }, signal);
  }

  /** A newer stream of the same node is its word: the older one is a connection that nobody has given up yet. */
  #proven(nodeId: string, stream: NodeStream): Disposable {
    const older = this.#byNode.get(nodeId);
    this.#byNode.set(nodeId, stream);
    if (older !== stream) older?.end(ok(undefined));
    return {
      [Symbol.dispose]: () => {
        if (this.#byNode.get(nodeId) === stream) this.#byNode.delete(nodeId);
      },
    };
  }
}
