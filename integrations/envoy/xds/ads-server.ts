import { chmodSync, rmSync } from "node:fs";
import { createServer, type Server as NetServer } from "node:net";
import {
  type handleBidiStreamingCall,
  Server,
  ServerCredentials,
  type ServerDuplexStream,
  status,
  type ServiceDefinition,
} from "@grpc/grpc-js";
import { err, failureOf, type Logger, ok, type Result, type Timers } from "#core/base";
import { type ResourceKind, typeUrls } from "../resources/common.ts";
import { Entrance } from "./entrance.ts";
import { deltaBytes, prepare } from "./prepared.ts";
import { readDelta, readWhole } from "./requests.ts";
import { DeltaStream, type KindStatus, type ResourceSet, type StreamResponse } from "./stream.ts";
import { WholeStream, type WholeResponse } from "./whole-stream.ts";
import { textField } from "./wire.ts";

/** Streams at once; more are told to come again, so that a storm of reconnects does not hold up those that are served. */
const STREAMS_MAX = 10_000;
/** Beyond these they are closed without an answer. */
const CONNECTIONS_MAX = 2 * STREAMS_MAX;
const MESSAGE_BYTES_MAX = 16 * 1024 * 1024;
/** Nobody looks at its statistics, and a storm of reconnects pays for them. */
const serverOptions = {
  "grpc.max_receive_message_length": MESSAGE_BYTES_MAX,
  "grpc.enable_channelz": 0,
};

type Stream = ServerDuplexStream<Buffer, Buffer>;

export interface AdsServerOptions {
  readonly logger: Logger;
  readonly timers: Timers;
  /** The one node that may use this server; undefined: any. */
  readonly onlyNode?: string;
  /** Something was accepted, refused, connected or lost. */
  readonly changed: (nodeId: string) => void;
}

/** How far a node's Envoy has come. */
export interface NodeStatus {
  readonly isConnected: boolean;
  readonly kinds: Readonly<Record<ResourceKind, KindStatus>> | undefined;
}

const kinds = Object.keys(typeUrls) as ResourceKind[];
const kindOfType = new Map(kinds.map((kind) => [typeUrls[kind] as string, kind]));

interface Session {
  readonly update: (resources: ResourceSet) => void;
  readonly status: (kind: ResourceKind) => KindStatus;
  /** Undefined on a state-of-the-world stream, which has no versions of single resources. */
  readonly acceptedVersion: ((kind: ResourceKind, name: string) => string | undefined) | undefined;
}

/** The aggregated discovery service: each Envoy gets what is set for its node, in the order in which it can use it. */
export class AdsServer {
  readonly #options: AdsServerOptions;
  readonly #server = new Server(serverOptions);
  readonly #listener: NetServer;
  readonly #entrance: Entrance;
  readonly #resources = new Map<string, ResourceSet>();
  readonly #sessions = new Map<string, Set<Session>>();
  #streams = 0;

  constructor(options: AdsServerOptions) {
    this.#options = options;
    this.#server.addService(service, {
      delta: this.#guarded((stream, configured) => this.#delta(stream, configured)),
      whole: this.#guarded((stream, configured) => this.#whole(stream, configured)),
    });
    const injector = this.#server.createConnectionInjector(ServerCredentials.createInsecure());
    this.#entrance = new Entrance((socket) => {
      injector.injectConnection(socket);
      socket.resume();
    }, options.timers);
    this.#listener = createServer({ pauseOnConnect: true }, (socket) => this.#entrance.take(socket));
    this.#listener.maxConnections = CONNECTIONS_MAX;
  }

  /** Listens on a unix socket that only its owner can open. */
  listen(socketPath: string): Promise<Result<void>> {
    rmSync(socketPath, { force: true });
    return new Promise((resolve) => {
      this.#listener.once("error", (error) =>
        resolve(err("io", `control plane socket ${socketPath}: ${error.message}`, { cause: error })),
      );
      this.#listener.listen(socketPath, () => {
        chmodSync(socketPath, 0o600);
        resolve(ok(undefined));
      });
    });
  }

  /** What the node is to have from now on. */
  set(nodeId: string, resources: ResourceSet): void {
    this.#resources.set(nodeId, resources);
    for (const session of this.#sessions.get(nodeId) ?? []) session.update(resources);
  }

  status(nodeId: string): NodeStatus {
    const [session] = this.#sessions.get(nodeId) ?? [];
    return {
      isConnected: session !== undefined,
      kinds: session && (Object.fromEntries(kinds.map((kind) => [kind, session.status(kind)])) as NodeStatus["kinds"]),
    };
  }

  /** The version of a resource that the node's Envoy has accepted. */
  acceptedVersion(nodeId: string, kind: ResourceKind, name: string): string | undefined {
    const [session] = this.#sessions.get(nodeId) ?? [];
    return session?.acceptedVersion?.(kind, name);
  }

  close(): void {
    this.#listener.close();
    this.#server.forceShutdown();
  }

  #guarded(serve: (stream: Stream, configured: () => void) => void): handleBidiStreamingCall<Buffer, Buffer> {
    return (stream) => {
      const leave = this.#entrance.opened();
      stream.once("close", leave);
      stream.on("error", () => undefined);
      if (this.#streams >= STREAMS_MAX) return fail(stream, status.RESOURCE_EXHAUSTED, "too many streams");
      this.#streams++;
      stream.once("close", () => this.#streams--);
      serve(stream, leave);
    };
  }

  #delta(stream: Stream, configured: () => void): void {
    const delta = new DeltaStream();
    const write = (responses: readonly StreamResponse[]): void => {
      for (const response of responses) stream.write(deltaBytes(response));
    };
    const session: Session = {
      update: (resources) => write(delta.update(resources)),
      status: (kind) => delta.status(kind),
      acceptedVersion: (kind, name) => delta.acceptedVersion(kind, name),
    };
    const admit = this.#admission(stream, session);
    stream.on("data", (bytes: Buffer) => {
      const request = parsed(stream, () => readDelta(bytes));
      if (!request) return;
      const kind = kindOfType.get(request.typeUrl);
      const nodeId = admit(request.nodeId);
      if (nodeId === undefined || kind === undefined) return;
      if (request.refusal !== undefined) this.#refused(nodeId, kind, request.refusal);
      write(
        delta.request({
          kind,
          subscribe: request.subscribe,
          unsubscribe: request.unsubscribe,
          known: request.known,
          nonce: request.nonce,
          refusal: request.refusal,
        }),
      );
      if (session.status("listener").isCurrent) configured();
      this.#options.changed(nodeId);
    });
  }

  #whole(stream: Stream, configured: () => void): void {
    const whole = new WholeStream();
    const write = (responses: readonly WholeResponse[]): void => {
      for (const response of responses) stream.write(wholeBytes(response));
    };
    const session: Session = {
      update: (resources) => write(whole.update(resources)),
      status: (kind) => whole.status(kind),
      acceptedVersion: undefined,
    };
    const admit = this.#admission(stream, session);
    stream.on("data", (bytes: Buffer) => {
      const request = parsed(stream, () => readWhole(bytes));
      if (!request) return;
      const kind = kindOfType.get(request.typeUrl);
      const nodeId = admit(request.nodeId);
      if (nodeId === undefined || kind === undefined) return;
      if (request.refusal !== undefined) this.#refused(nodeId, kind, request.refusal);
      write(
        whole.request({
          kind,
          names: request.names,
          version: request.version,
          nonce: request.nonce,
          refusal: request.refusal,
        }),
      );
      if (session.status("listener").isCurrent) configured();
      this.#options.changed(nodeId);
    });
  }

  /** The node names itself in the first message; a socket that belongs to another one refuses it. */
  #admission(stream: Stream, session: Session): (nodeId: string | undefined) => string | undefined {
    let known: string | undefined;
    return (named) => {
      if (known !== undefined) return known;
      const { onlyNode } = this.#options;
      if (named === undefined || named === "" || (onlyNode !== undefined && named !== onlyNode)) {
        fail(stream, status.PERMISSION_DENIED, `this socket belongs to node ${JSON.stringify(onlyNode ?? "")}`);
        return undefined;
      }
      known = named;
      this.#join(stream, named, session);
      return named;
    };
  }

  #join(stream: Stream, nodeId: string, session: Session): void {
    const sessions = this.#sessions.get(nodeId) ?? new Set();
    this.#sessions.set(nodeId, sessions.add(session));
    stream.once("close", () => {
      sessions.delete(session);
      if (sessions.size === 0) this.#sessions.delete(nodeId);
      this.#options.changed(nodeId);
    });
    const resources = this.#resources.get(nodeId);
    if (resources) session.update(resources);
  }

  #refused(nodeId: string, kind: ResourceKind, reason: string): void {
    this.#options.logger.log("error", `Envoy refused a ${kind}`, { node: nodeId, reason });
  }
}

/** What is no message ends its stream, not the server. */
function parsed<T>(stream: Stream, read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    fail(stream, status.INVALID_ARGUMENT, failureOf(error).message);
    return undefined;
  }
}

function fail(stream: Stream, code: status, details: string): void {
  stream.emit("error", { code, details });
}

/** `DiscoveryResponse`: version_info 1, resources 2, type_url 4, nonce 5. */
function wholeBytes({ kind, version, nonce, resources }: WholeResponse): Buffer {
  return Buffer.concat([
    textField(1, version),
    ...resources.map((resource) => prepare(resource).whole),
    textField(4, typeUrls[kind]),
    textField(5, nonce),
  ]);
}

const asIs = (bytes: Buffer): Buffer => bytes;
const ADS = "/envoy.service.discovery.v3.AggregatedDiscoveryService";
const bidirectional = {
  requestStream: true,
  responseStream: true,
  requestSerialize: asIs,
  requestDeserialize: asIs,
  responseSerialize: asIs,
  responseDeserialize: asIs,
} as const;

const service: ServiceDefinition = {
  delta: { path: `${ADS}/DeltaAggregatedResources`, ...bidirectional },
  whole: { path: `${ADS}/StreamAggregatedResources`, ...bidirectional },
};
