import type { IncomingMessage } from "node:http";
import { type Duplex, Readable } from "node:stream";
import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from "fastify";
import { routeOf } from "#core/api";
import { err, failureOf, ok, type Result } from "#core/base";
import { redirect } from "./handlers/agent.ts";
import { handlers } from "./handlers/table.ts";
import type { HttpPorts } from "./ports.ts";
import { failed, type Reply, text } from "./reply.ts";
import { readRequest } from "./request.ts";
import { respond } from "./respond.ts";

const BODY_BYTES_MAX = 32 * 1024 * 1024;
const HEADER_TIMEOUT_MS = 5000;
const REQUEST_TIMEOUT_MS = 60_000;
const KEEP_ALIVE_MS = 72_000;
const CONNECTIONS_MAX = 4096;

/** The HTTP API on one address. */
export class HttpServer {
  readonly #ports: HttpPorts;
  readonly #app: FastifyInstance;
  readonly #stopping = new AbortController();

  constructor(ports: HttpPorts) {
    this.#ports = ports;
    this.#app = this.#build();
  }

  /** Resolves with the port that was bound. */
  async listen(host: string, port: number): Promise<Result<number>> {
    try {
      await this.#app.listen({ host, port });
      const bound = this.#app.server.address();
      return ok(typeof bound === "object" && bound !== null ? bound.port : port);
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code;
      return err("io", `HTTP address ${host}:${port}: ${failureOf(error).message}`, {
        cause: failureOf(error),
        hint:
          code === "EADDRINUSE"
            ? "another process holds the port; choose one with -http-port or ports.http"
            : "see the addresses block",
      });
    }
  }

  /** Takes a connection that did not come through the listening socket. */
  connected(socket: Duplex): void {
    this.#app.server.emit("connection", socket);
  }

  /** Ends streams and parked queries, then closes. */
  async close(): Promise<void> {
    this.#stopping.abort();
    this.#app.server.closeAllConnections();
    await this.#app.close();
  }

  #build(): FastifyInstance {
    const app = fastify({
      bodyLimit: BODY_BYTES_MAX,
      requestTimeout: REQUEST_TIMEOUT_MS,
      keepAliveTimeout: KEEP_ALIVE_MS,
      connectionTimeout: 0,
      forceCloseConnections: true,
      exposeHeadRoutes: false,
      // Our own table finds the endpoint: an id may hold slashes and whatever else a URL can.
      rewriteUrl: () => "/",
    });
    app.server.headersTimeout = HEADER_TIMEOUT_MS;
    app.server.maxConnections = CONNECTIONS_MAX;
    app.removeAllContentTypeParsers();
    app.addContentTypeParser("*", { parseAs: "buffer" }, (_request, body, done) => done(null, body));
    app.setErrorHandler((error, request, reply) => this.#send(request, reply, this.#refuse(error)));
    app.route({
      method: ["GET", "PUT", "POST", "DELETE", "PATCH", "HEAD", "OPTIONS"],
      url: "/",
      handler: async (request, reply) => this.#send(request, reply, await this.#handle(request, reply)),
    });
    app.setNotFoundHandler((request, reply) => this.#send(request, reply, text("Invalid method", 405)));
    return app;
  }

  #refuse(error: unknown): Reply {
    const status = (error as { readonly statusCode?: number }).statusCode ?? 500;
    if (status === 413) return text(`request body is larger than ${BODY_BYTES_MAX / 1024 / 1024} MiB`, 413);
    if (status < 500) return text(failureOf(error).message, status);
    this.#ports.report(failureOf(error));
    return text("internal error: see the agent's log", 500);
  }

  async #handle(request: FastifyRequest, reply: FastifyReply): Promise<Reply> {
    const url = splitUrl(request.originalUrl);
    if (url.rawPath.includes("//")) return redirect(url.rawPath.replace(/\/{2,}/g, "/") + url.search);
    const route = routeOf(request.method, url.path);
    if (route.kind === "unknown") return { kind: "empty", status: 404 };
    if (route.kind === "enterprise") return text("Nomad Enterprise only endpoint", 501);
    if (route.kind === "acl")
      return this.#ports.aclEnabled
        ? text("access control is not built in this version", 501)
        : text("ACL support disabled", 400);
    if (route.kind === "not-built") return text(`${request.method} ${url.path} is not built in this version`, 501);
    if (route.kind !== "endpoint") return text("Invalid method", 405);
    const parsed = readRequest(
      {
        endpoint: route.name,
        method: request.method,
        params: route.params,
        query: (name) => url.query.get(name) ?? undefined,
        body: request.body instanceof Buffer ? request.body.toString("utf8") : "",
        signal: this.#signalOf(request.raw, reply),
      },
      this.#ports,
    );
    return parsed.ok ? handlers[route.name](parsed.value, this.#ports) : failed(parsed.failure);
  }

  /** Aborts when the caller hangs up or the server stops. */
  #signalOf(raw: IncomingMessage, reply: FastifyReply): AbortSignal {
    const controller = new AbortController();
    const abort = (): void => controller.abort();
    raw.socket.once("close", abort);
    this.#stopping.signal.addEventListener("abort", abort, { once: true });
    reply.raw.once("close", () => {
      raw.socket.removeListener("close", abort);
      this.#stopping.signal.removeEventListener("abort", abort);
    });
    return controller.signal;
  }

  async #send(request: FastifyRequest, reply: FastifyReply, answer: Reply): Promise<FastifyReply> {
    const url = splitUrl(request.originalUrl);
    const pretty = url.query.get("pretty");
    const gzip = (request.headers["accept-encoding"] ?? "").includes("gzip");
    const outgoing = respond(answer, {
      pretty: pretty !== null && pretty !== "0",
      gzip,
      extraHeaders: this.#ports.responseHeaders,
    });
    reply.code(outgoing.status).headers(outgoing.headers);
    if (outgoing.body instanceof Buffer) return reply.send(outgoing.body);
    return reply.send(Readable.from(outgoing.body, { objectMode: false }));
  }
}

interface SplitUrl {
  /** Decoded; an escape that decodes to nothing stays as it is. */
  readonly path: string;
  readonly rawPath: string;
  readonly search: string;
  readonly query: URLSearchParams;
}

function splitUrl(url: string): SplitUrl {
  const at = url.indexOf("?");
  const rawPath = at === -1 ? url : url.slice(0, at);
  const search = at === -1 ? "" : url.slice(at);
  return { path: decode(rawPath), rawPath, search, query: new URLSearchParams(search) };
}

function decode(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}
