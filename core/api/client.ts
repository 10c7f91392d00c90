import { type Failure, failure, type Result } from "#core/base";
import type { Struct } from "#core/schema";
import { decodeJson, jsonReaderOfType, parseJson } from "#core/wire";
import { type EndpointName, endpoints } from "./endpoints.ts";

export interface ApiRequest {
  readonly method: string;
  /** Path with its query, escaped. */
  readonly path: string;
  readonly body?: string | undefined;
}

export interface ApiResponse {
  readonly status: number;
  header(name: string): string | undefined;
  readonly body: string;
}

/** Carries requests; rejections are not for it: what goes wrong is a Failure with a code and a cause. */
export interface ApiTransport {
  send(request: ApiRequest): Promise<Result<ApiResponse>>;
}

type Query = Readonly<Record<string, string | number | boolean | undefined>>;

/** Calls endpoints by name. The transport is handed in, so that the same client serves the CLI, tests and the UI. */
export class ApiClient {
  readonly #transport: ApiTransport;
  readonly #common: Query;

  /** `common` goes with every request: region and namespace. */
  constructor(transport: ApiTransport, common: Query = {}) {
    this.#transport = transport;
    this.#common = common;
  }

  /** The text of an answer; an answer of status 400 and above is a failure with that text. */
  async call(
    name: EndpointName,
    options: { params?: Query; query?: Query; body?: string | undefined } = {},
  ): Promise<Result<ApiResponse>> {
    const endpoint = endpoints[name];
    const path =
      fillPath(endpoint.path, options.params ?? {}) + queryString({ ...this.#common, ...given(options.query) });
    const sent = await this.#transport.send({ method: endpoint.methods[0], path, body: options.body });
    if (!sent.ok) return sent;
    return sent.value.status < 400 ? sent : { ok: false, failure: failureOfResponse(sent.value) };
  }

  async read<T>(
    name: EndpointName,
    noun: Struct<T>,
    options: { params?: Query; query?: Query; body?: string } = {},
  ): Promise<Result<T>> {
    const answer = await this.call(name, options);
    if (!answer.ok) return answer;
    const parsed = parseJson(answer.value.body);
    return parsed.ok ? decodeJson(noun, parsed.value) : parsed;
  }

  async list<T>(
    name: EndpointName,
    noun: Struct<T>,
    options: { params?: Query; query?: Query } = {},
  ): Promise<Result<readonly T[]>> {
    const answer = await this.call(name, options);
    if (!answer.ok) return answer;
    const parsed = parseJson(answer.value.body);
    if (!parsed.ok) return parsed;
    return jsonReaderOfType<readonly T[]>(name, { kind: "list", of: { kind: "ref", struct: () => noun } })(
      parsed.value ?? [],
    );
  }
}

/** What the compatible client says of an answer that is no success. */
function failureOfResponse(response: ApiResponse): Failure {
  const hint = response.header("x-drover-hint");
  const message = `Unexpected response code: ${response.status} (${response.body.trim()})`;
  return failure(codeOfStatus(response.status), message, hint === undefined ? {} : { hint });
}

function codeOfStatus(status: number): Failure["code"] {
  if (status === 404) return "not_found";
  if (status === 403) return "denied";
  if (status === 400) return "bad_request";
  return status === 501 ? "not_built" : "internal";
}

/** What is not given does not hide what goes with every request. */
function given(query: Query = {}): Query {
  return Object.fromEntries(Object.entries(query).filter(([, value]) => value !== undefined));
}

function fillPath(path: string, params: Query): string {
  return path.replace(/:([a-z]+)\+?/g, (_, name: string) => encodeURIComponent(String(params[name] ?? "")));
}

function queryString(query: Query): string {
  const pairs = Object.entries(query).filter(([, value]) => value !== undefined && value !== "");
  const text = pairs
    .map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(String(value))}`)
    .join("&");
  return text === "" ? "" : `?${text}`;
}
