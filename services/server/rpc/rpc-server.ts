import { createServer, type Server as NetServer, type Socket } from "node:net";
import type { handleBidiStreamingCall, Server, ServiceDefinition, UntypedServiceImplementation } from "@grpc/grpc-js";
import { err, failureOf, type Logger, ok, type Result } from "#core/base";
import { MESSAGE_BYTES_MAX, methods } from "#core/rpc";
import type { ByteStream } from "./byte-stream.ts";

/** A peer that answers no ping for so long is gone: its stream ends on both sides. */
const KEEPALIVE_INTERVAL_MS = 10_000;
const KEEPALIVE_TIMEOUT_MS = 5_000;
const CONNECTIONS_MAX = 16_384;

export interface RpcServerOptions {
  readonly nodeStream: (stream: ByteStream) => void;
  readonly nodeCall: (stream: ByteStream) => void;
  readonly http: (stream: ByteStream) => void;
  readonly logger: Logger;
}

type Handlers = Omit<RpcServerOptions, "logger">;

/** gRPC behind a socket of ours. */
interface Injector {
  readonly server: Server;
  inject(socket: Socket): void;
}

/**
 * The RPC on one address. gRPC costs 14 MB and 50 ms: it is loaded when the first connection comes, so that an agent
 * alone on its machine does without.
 */
export class RpcServer {
  readonly #options: RpcServerOptions;
  readonly #listener: NetServer;
  #injector: Promise<Injector> | undefined;

  constructor(options: RpcServerOptions) {
    this.#options = options;
    this.#listener = createServer({ noDelay: true }, (socket) => void this.#connected(socket));
    this.#listener.maxConnections = CONNECTIONS_MAX;
  }

  /** Resolves with the port that was bound. */
  listen(host: string, port: number): Promise<Result<number>> {
    return new Promise((resolve) => {
      this.#listener.once("error", (error: NodeJS.ErrnoException) => resolve(notBound(host, port, error)));
      this.#listener.listen({ host, port }, () => {
        const bound = this.#listener.address();
        resolve(ok(typeof bound === "object" && bound !== null ? bound.port : port));
      });
    });
  }

  /** Ends every stream. */
  async close(): Promise<void> {
    this.#listener.close();
    const injector = await this.#injector;
    injector?.server.forceShutdown();
  }

  async #connected(socket: Socket): Promise<void> {
    socket.on("error", () => undefined);
    try {
      this.#injector ??= load(this.#options);
      const injector = await this.#injector;
      injector.inject(socket);
    } catch (error) {
      this.#options.logger.log("error", `the RPC cannot take a connection: ${failureOf(error).message}`);
      socket.destroy();
    }
  }
}

function notBound(host: string, port: number, error: NodeJS.ErrnoException): Result<number> {
  const isTaken = error.code === "EADDRINUSE";
  return err("io", `RPC address ${host}:${port}: ${error.message}`, {
    cause: error,
    hint: isTaken ? "another process holds the port; choose one with -rpc-port or ports.rpc" : "see bind_addr",
  });
}

async function load(handlers: Handlers): Promise<Injector> {
  const { Server, ServerCredentials } = await import("@grpc/grpc-js");
  const server = new Server({
    "grpc.max_receive_message_length": MESSAGE_BYTES_MAX,
    "grpc.max_send_message_length": MESSAGE_BYTES_MAX,
    "grpc.keepalive_time_ms": KEEPALIVE_INTERVAL_MS,
    "grpc.keepalive_timeout_ms": KEEPALIVE_TIMEOUT_MS,
  });
  server.addService(service, implementation(handlers));
  const injector = server.createConnectionInjector(ServerCredentials.createInsecure());
  return { server, inject: (socket) => injector.injectConnection(socket) };
}

/** Bytes in, bytes out: the messages are ours (core/rpc). */
const asIs = (bytes: Buffer): Buffer => bytes;

const service: ServiceDefinition = Object.fromEntries(
  Object.entries(methods).map(([name, { path }]) => [
    name,
    {
      path,
      requestStream: true,
      responseStream: true,
      requestSerialize: asIs,
      requestDeserialize: asIs,
      responseSerialize: asIs,
      responseDeserialize: asIs,
    },
  ]),
);

function implementation(handlers: Handlers): UntypedServiceImplementation {
  const handler =
    (name: keyof Handlers): handleBidiStreamingCall<Buffer, Buffer> =>
    (call) =>
      handlers[name](call);
  return { nodeStream: handler("nodeStream"), nodeCall: handler("nodeCall"), http: handler("http") };
}
