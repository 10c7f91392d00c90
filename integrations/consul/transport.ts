import { EventEmitter } from "node:events";
import { Agent as HttpAgent } from "node:http";
import { Agent as HttpsAgent } from "node:https";
import NpmConsul from "consul";
import { err, type Failure, failure, ok, type Result } from "#core/base";
import type { ConsulAddress } from "./address.ts";

/** A Consul agent closes what goes beyond 200 connections of one client; others on this machine want some too. */
const CONNECTIONS_MAX = 128;
const CALL_TIMEOUT_MS = 10_000;

export interface ConsulRequest {
  readonly method: "GET" | "PUT" | "POST" | "DELETE";
  /** Below `/v1`, its parts already encoded: `/agent/self`. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string | readonly string[] | undefined>>;
  /** Sent as JSON; bytes as they are. */
  readonly body?: unknown;
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
  /** The ACL rule that it takes, for the error when the token lacks it: `service:write on "api"`. */
  readonly needs?: string;
}

export interface ConsulAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly text: string;
}

/** What the rest of this module needs of a connection to Consul. */
export interface Transport {
  /** Any answer is a value; a failure is one that never came. */
  send(request: ConsulRequest): Promise<Result<ConsulAnswer>>;
  close(): void;
}

interface NpmAnswer {
  readonly res: {
    readonly statusCode: number;
    readonly headers: Record<string, string | undefined>;
    readonly body: unknown;
  };
}

/** The part of the npm package that its types hide: any endpoint, with its TLS, agent and time-outs (papi). */
interface AnyEndpoint {
  _request(options: object, last: (request: Partial<NpmAnswer>, next: Next) => void): Promise<NpmAnswer["res"]>;
}
type Next = (error: unknown, value: unknown, answer?: unknown) => void;

/** The npm package `consul` as transport: one pool of connections, one token. */
export class NpmTransport implements Transport {
  readonly #address: ConsulAddress;
  readonly #agent: HttpAgent;
  readonly #npm: AnyEndpoint;

  constructor(address: ConsulAddress) {
    this.#address = address;
    const pool = {
      keepAlive: true,
      maxSockets: CONNECTIONS_MAX,
      ...(address.socketPath && { path: address.socketPath }),
    };
    this.#agent = address.url.startsWith("https:")
      ? new HttpsAgent({ ...pool, ...tlsOptions(address) })
      : new HttpAgent(pool);
    const options = { baseUrl: `${address.url}/v1`, agent: this.#agent };
    this.#npm = new NpmConsul(options as never) as unknown as AnyEndpoint;
  }

  async send(request: ConsulRequest): Promise<Result<ConsulAnswer>> {
    const { signal, timeoutMs = CALL_TIMEOUT_MS } = request;
    if (signal?.aborted) return err("cancelled", "the request to Consul was cancelled");
    const ended = new EventEmitter();
    const cancel = (): boolean => ended.emit("cancel");
    signal?.addEventListener("abort", cancel, { once: true });
    try {
      // oxlint-disable-next-line eslint/no-underscore-dangle -- the package's own name for it
      const { statusCode, headers, body } = await this.#npm._request(
        { ...this.#options(request), timeout: timeoutMs, ctx: ended },
        (done, next) => (done.res ? next(false, undefined, done.res) : next(undefined, undefined)),
      );
      const text = Buffer.isBuffer(body) ? body.toString("utf8") : "";
      return ok({ status: statusCode, headers, text });
    } catch (error) {
      return { ok: false, failure: this.#unreachable(error as NodeJS.ErrnoException, request) };
    } finally {
      signal?.removeEventListener("abort", cancel);
      // The package waits for one of these to forget the request.
      ended.emit("done");
    }
  }

  close(): void {
    this.#agent.destroy();
  }

  #options({ method, path, query = {}, body }: ConsulRequest): object {
    const { token } = this.#address;
    const given = Object.entries(query).filter(([, value]) => value !== undefined);
    const isBytes = body instanceof Uint8Array;
    return {
      name: "request",
      method,
      // The parts are encoded already, and papi takes braces for parameters.
      path: path.replace(/\{/g, "%7B").replace(/\}/g, "%7D"),
      query: Object.fromEntries(given),
      headers: token === undefined ? {} : { "x-consul-token": token.reveal("authenticate") },
      ...(body !== undefined && { body: isBytes ? Buffer.from(body) : body, type: "json" }),
      buffer: true,
    };
  }

  #unreachable(error: NodeJS.ErrnoException, { signal, path, timeoutMs = CALL_TIMEOUT_MS }: ConsulRequest): Failure {
    if (signal?.aborted) return failure("cancelled", "the request to Consul was cancelled");
    const where = this.#address.socketPath ?? this.#address.url;
    const reason = /timed? ?out/i.test(error.message) ? `no answer within ${timeoutMs / 1000} s` : plainReason(error);
    return failure("unavailable", `Consul at ${where}: ${reason} (${path})`, {
      cause: error,
      hint: "is the agent running? CONSUL_HTTP_ADDR or -consul-addr says where it is",
    });
  }
}

function tlsOptions({ tls }: ConsulAddress): object {
  if (!tls) return {};
  const { ca, cert, key, servername, verifies } = tls;
  return {
    rejectUnauthorized: verifies,
    ...(ca !== undefined && { ca }),
    ...(cert !== undefined && { cert }),
    ...(key !== undefined && { key: key.reveal("authenticate") }),
    ...(servername !== undefined && { servername }),
  };
}

/** Without the package's own name in front. */
function plainReason(error: Error): string {
  return error.message.replace(/^(?:consul: )?(?:request: )?/, "");
}
