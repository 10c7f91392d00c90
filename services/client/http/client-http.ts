import {
  createServer,
  type IncomingMessage,
  request as httpRequest,
  type Server,
  type ServerResponse,
} from "node:http";
import type { Duplex } from "node:stream";
import { err, ok, type Result } from "#core/base";

const HEADER_TIMEOUT_MS = 5_000;
const REQUEST_TIMEOUT_MS = 60_000;
const KEEP_ALIVE_MS = 72_000;
const CONNECTIONS_MAX = 1_024;

export interface ClientHttpPorts {
  /** The body of `/v1/agent/self`, as JSON. */
  readonly self: () => string;
  readonly health: () => { readonly ok: boolean; readonly message: string };
  /** A connection to a server's HTTP API; undefined when there is none. */
  readonly toServer: () => Duplex | undefined;
  readonly responseHeaders: Readonly<Record<string, string>>;
}

/** Answers for the agent itself, and hands every other request on as it is. */
export class ClientHttp {
  readonly #ports: ClientHttpPorts;
  readonly #server: Server;

  constructor(ports: ClientHttpPorts) {
    this.#ports = ports;
    this.#server = createServer(
      { headersTimeout: HEADER_TIMEOUT_MS, requestTimeout: REQUEST_TIMEOUT_MS, keepAliveTimeout: KEEP_ALIVE_MS },
      (request, response) => this.#answer(request, response),
    );
    this.#server.maxConnections = CONNECTIONS_MAX;
  }

  /** Resolves with the port that was bound. */
  listen(host: string, port: number): Promise<Result<number>> {
    return new Promise((resolve) => {
      this.#server.once("error", (error: NodeJS.ErrnoException) => {
        const isTaken = error.code === "EADDRINUSE";
        const hint = isTaken ? "another process holds the port; choose one with -http-port or ports.http" : undefined;
        resolve(err("io", `HTTP address ${host}:${port}: ${error.message}`, { cause: error, ...(hint && { hint }) }));
      });
      this.#server.listen({ host, port }, () => {
        const bound = this.#server.address();
        resolve(ok(typeof bound === "object" && bound !== null ? bound.port : port));
      });
    });
  }

  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    this.#server.closeAllConnections();
    await closed;
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    const path = (request.url ?? "/").split("?", 1)[0];
    if (request.method === "GET" && path === "/v1/agent/self") return this.#json(response, 200, this.#ports.self());
    if (request.method === "GET" && path === "/v1/agent/health") {
      const client = this.#ports.health();
      return this.#json(response, client.ok ? 200 : 500, JSON.stringify({ client }));
    }
    this.#forward(request, response);
  }

  #json(response: ServerResponse, status: number, body: string): void {
    response.writeHead(status, { ...this.#ports.responseHeaders, "Content-Type": "application/json" }).end(body);
  }

  #forward(request: IncomingMessage, response: ServerResponse): void {
    const socket = this.#ports.toServer();
    if (!socket) return noPath(response, "no server is known");
    const { method, url: path, headers } = request;
    const upstream = httpRequest({
      createConnection: () => socket,
      ...(method !== undefined && { method }),
      ...(path !== undefined && { path }),
      headers: { ...headers, connection: "close" },
    });
    upstream.on("response", (answer) => {
      const kept = Object.entries(answer.headers).filter(([name]) => name !== "connection");
      response.writeHead(answer.statusCode ?? 502, Object.fromEntries(kept));
      answer.on("error", () => response.destroy());
      answer.pipe(response);
    });
    upstream.on("error", (error) => (response.headersSent ? response.destroy() : noPath(response, error.message)));
    response.once("close", () => {
      upstream.destroy();
      socket.destroy();
    });
    request.pipe(upstream);
  }
}

function noPath(response: ServerResponse, reason: string): void {
  response
    .writeHead(500, {
      "Content-Type": "text/plain; charset=utf-8",
      "X-Drover-Hint": `this agent has no server of its own, and none answers: ${reason.replace(/[^ -~]/g, " ").trim()}`,
    })
    .end("No path to region");
}
