import { Agent, type IncomingMessage, request as httpRequest } from "node:http";
import { request as httpsRequest } from "node:https";
import type { ApiRequest, ApiResponse, ApiTransport } from "#core/api";
import { err, failureOf, ok, type Result } from "#core/base";

const CONNECT_TIMEOUT_MS = 10_000;

export interface TransportOptions {
  readonly address: string;
  readonly token: string;
}

/** Carries requests over HTTP, HTTPS or a unix socket. */
export class HttpTransport implements ApiTransport {
  readonly #address: string;
  readonly #token: string;
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 4 });

  constructor({ address, token }: TransportOptions) {
    this.#address = address.replace(/\/$/, "");
    this.#token = token;
  }

  async send(request: ApiRequest): Promise<Result<ApiResponse>> {
    const chunks: Uint8Array[] = [];
    const answer = await this.#exchange(request, undefined, (chunk) => chunks.push(chunk));
    return answer.ok ? ok(responseOf(answer.value, Buffer.concat(chunks).toString("utf8"))) : answer;
  }

  /** The body goes to `onChunk` as it comes, unless the answer is an error. */
  async stream(path: string, signal: AbortSignal, onChunk: (bytes: Uint8Array) => void): Promise<Result<ApiResponse>> {
    const refused: Uint8Array[] = [];
    let isError = false;
    const answer = await this.#exchange({ method: "GET", path }, signal, (chunk, message) => {
      isError = (message.statusCode ?? 0) >= 400;
      if (isError) refused.push(chunk);
      else onChunk(chunk);
    });
    return answer.ok ? ok(responseOf(answer.value, Buffer.concat(refused).toString("utf8"))) : answer;
  }

  close(): void {
    this.#agent.destroy();
  }

  #exchange(
    request: ApiRequest,
    signal: AbortSignal | undefined,
    onChunk: (chunk: Uint8Array, message: IncomingMessage) => void,
  ): Promise<Result<IncomingMessage>> {
    const target = this.#target(request.path);
    if (!target.ok) return Promise.resolve(target);
    const { start, options } = target.value;
    const headers = {
      ...(this.#token !== "" && { "X-Nomad-Token": this.#token }),
      ...(request.body !== undefined && { "Content-Type": "application/json" }),
    };
    return new Promise((resolve) => {
      const failed = (error: Error): void => resolve(this.#unreachable(request, error));
      const call = start(
        { ...options, method: request.method, headers, agent: options.isPlain ? this.#agent : undefined, signal },
        (message) => {
          message.on("data", (chunk: Buffer) => onChunk(chunk, message));
          message.on("end", () => resolve(ok(message)));
          message.on("error", (error) => (signal?.aborted ? resolve(ok(message)) : failed(error)));
        },
      );
      call.on("error", failed);
      call.on("socket", (socket) => socket.setTimeout(socket.connecting ? CONNECT_TIMEOUT_MS : 0));
      call.on("timeout", () => call.destroy(new Error("the agent does not answer")));
      call.end(request.body);
    });
  }

  #target(
    path: string,
  ): Result<{ start: typeof httpRequest; options: { isPlain: boolean } & Record<string, unknown> }> {
    if (this.#address.startsWith("unix://")) {
      return ok({
        start: httpRequest,
        options: { isPlain: false, socketPath: this.#address.slice("unix://".length), path },
      });
    }
    const url = URL.canParse(this.#address) ? new URL(this.#address) : undefined;
    if (url?.protocol !== "http:" && url?.protocol !== "https:") {
      return err("invalid", `Get "${path}": unsupported protocol scheme "${url?.protocol.slice(0, -1) ?? ""}"`, {
        field: "-address",
        hint: "an address looks like http://127.0.0.1:4646",
      });
    }
    const isPlain = url.protocol === "http:";
    const options = {
      isPlain,
      host: url.hostname.replace(/^\[|\]$/g, ""),
      port: url.port || (isPlain ? 80 : 443),
      path: url.pathname.replace(/\/$/, "") + path,
    };
    return ok({ start: isPlain ? httpRequest : (httpsRequest as typeof httpRequest), options });
  }

  /** In the words of the compatible client, because scripts look for them. */
  #unreachable(request: ApiRequest, error: Error): Result<never> {
    const method = request.method.charAt(0) + request.method.slice(1).toLowerCase();
    const host = URL.canParse(this.#address) ? new URL(this.#address).host : this.#address;
    const refused = (error as NodeJS.ErrnoException).code === "ECONNREFUSED";
    const cause = refused ? `dial tcp ${host}: connect: connection refused` : error.message;
    const hint = refused
      ? "is the agent running? `drover agent -dev` starts one; -address or DROVER_ADDR says where it is"
      : undefined;
    return err("unavailable", `${method} "${this.#address}${request.path}": ${cause}`, {
      cause: failureOf(error),
      hint,
    });
  }
}

function responseOf(message: IncomingMessage, body: string): ApiResponse {
  const header = (name: string): string | undefined => {
    const value = message.headers[name.toLowerCase()];
    return Array.isArray(value) ? value[0] : value;
  };
  return { status: message.statusCode ?? 0, header, body };
}
