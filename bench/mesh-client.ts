/**
 * Many Envoys in one process, as far as their control plane sees them: each has a connection and a stream of its own, names
 * its node in the first request in full size, subscribes as an Envoy does and acknowledges what comes. Orders come by IPC.
 */
import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import { NodeSchema } from "#envoy/envoy/config/core/v3/base";
import { DeltaDiscoveryRequestSchema, DeltaDiscoveryResponseSchema } from "#envoy/envoy/service/discovery/v3/discovery";
import { RawGrpcStream } from "./raw-grpc-stream.ts";

const PATH = "/envoy.service.discovery.v3.AggregatedDiscoveryService/DeltaAggregatedResources";
const PREFIX_BYTES = 5;
/** As Envoy 1.40 lists them: 516. */
const EXTENSIONS = 516;
const typeOf = {
  cluster: "type.googleapis.com/envoy.config.cluster.v3.Cluster",
  endpoint: "type.googleapis.com/envoy.config.endpoint.v3.ClusterLoadAssignment",
  listener: "type.googleapis.com/envoy.config.listener.v3.Listener",
  route: "type.googleapis.com/envoy.config.route.v3.RouteConfiguration",
} as const;

export interface Order {
  readonly socket: string;
  readonly streams: number;
  /** Connections that are opened at once. */
  readonly width: number;
  readonly hasListeners: boolean;
}

export type Report =
  | { readonly kind: "ready" }
  | { readonly kind: "configured"; readonly lastMs: number; readonly cpuMs: number }
  | { readonly kind: "changed"; readonly bytes: number };

/** The node without its id, encoded once: this process is not what is measured. With it a first request has 61 kB, as Envoy 1.40 sends. */
function realNode(): Buffer {
  const extensions = Array.from({ length: EXTENSIONS }, (_, at) => ({
    name: `envoy.filters.http.some_filter_${at}`,
    category: "envoy.filters.http",
    typeUrls: [`envoy.extensions.filters.http.some_filter.v3.ProtoConfig${at}`],
  }));
  return Buffer.from(toBinary(NodeSchema, create(NodeSchema, { cluster: "bench", extensions })));
}

/** All Envoys of one order. Their configurations are alike, so what one has read the others need not. */
class Fleet {
  readonly order: Order;
  readonly node = realNode();
  readonly #subscriptions = new Map<string, Uint8Array>();
  #configured = 0;
  #changes = 0;
  #changedBytes = 0;

  constructor(order: Order) {
    this.order = order;
  }

  async run(): Promise<void> {
    const { streams, width } = this.order;
    const beganMs = performance.now();
    const cpuBefore = process.cpuUsage();
    let next = 0;
    const lane = async (): Promise<void> => {
      for (let at = next++; at < streams; at = next++) {
        await new Envoy(at, this).configured;
        if (++this.#configured < streams) continue;
        const { user, system } = process.cpuUsage(cpuBefore);
        say({ kind: "configured", lastMs: performance.now() - beganMs, cpuMs: (user + system) / 1000 });
      }
    };
    await Promise.all(Array.from({ length: width }, lane));
  }

  /** What comes when all are configured is the change. */
  count(bytes: number): void {
    if (this.#configured < this.order.streams) return;
    this.#changedBytes += bytes;
    if (++this.#changes === this.order.streams) say({ kind: "changed", bytes: this.#changedBytes });
  }

  /** The request for what hangs on the resources of a response. */
  subscription(typeUrl: string, response: Uint8Array): Uint8Array {
    const known = this.#subscriptions.get(typeUrl);
    if (known) return known;
    const { resources } = fromBinary(DeltaDiscoveryResponseSchema, response);
    const names = resources.map(({ name }) => name.split(":", 1)[0] ?? "").filter((name) => name !== "local_app");
    const made = toBinary(
      DeltaDiscoveryRequestSchema,
      create(DeltaDiscoveryRequestSchema, { typeUrl, resourceNamesSubscribe: names }),
    );
    this.#subscriptions.set(typeUrl, made);
    return made;
  }
}

class Envoy {
  readonly configured: Promise<void>;
  readonly #fleet: Fleet;
  readonly #stream: RawGrpcStream;
  readonly #missing: Set<string>;
  #buffered: Buffer[] = [];
  #resolve: () => void = () => undefined;

  constructor(at: number, fleet: Fleet) {
    const { hasListeners, socket } = fleet.order;
    this.#fleet = fleet;
    this.#missing = new Set(hasListeners ? Object.values(typeOf) : [typeOf.cluster, typeOf.endpoint]);
    this.configured = new Promise((resolve) => (this.#resolve = resolve));
    this.#stream = new RawGrpcStream(socket, PATH, (bytes) => this.#take(bytes));
    const id = field(1, Buffer.from(`node-${at}`));
    this.#send(field(1, Buffer.concat([id, fleet.node])), field(2, Buffer.from(typeOf.cluster)));
  }

  #send(...parts: readonly Uint8Array[]): void {
    const prefix = Buffer.alloc(PREFIX_BYTES);
    const length = parts.reduce((sum, part) => sum + part.length, 0);
    prefix.writeUInt32BE(length, 1);
    this.#stream.write(Buffer.concat([prefix, ...parts]));
  }

  #take(bytes: Buffer): void {
    this.#buffered.push(bytes);
    let all = this.#buffered.length === 1 ? bytes : Buffer.concat(this.#buffered);
    while (all.length >= PREFIX_BYTES && all.length >= PREFIX_BYTES + all.readUInt32BE(1)) {
      const end = PREFIX_BYTES + all.readUInt32BE(1);
      this.#message(all.subarray(PREFIX_BYTES, end));
      all = all.subarray(end);
    }
    this.#buffered = all.length === 0 ? [] : [all];
  }

  #message(bytes: Buffer): void {
    const { typeUrl, nonce } = headOf(bytes);
    this.#fleet.count(bytes.length);
    const isFirst = this.#missing.delete(typeUrl);
    // Dependent subscriptions come before the acknowledgement, as Envoy sends them.
    if (isFirst && typeUrl === typeOf.cluster) this.#send(this.#fleet.subscription(typeOf.endpoint, bytes));
    if (isFirst && typeUrl === typeOf.listener) this.#send(this.#fleet.subscription(typeOf.route, bytes));
    this.#send(field(2, Buffer.from(typeUrl)), field(6, Buffer.from(nonce)));
    if (isFirst && typeUrl === typeOf.cluster && this.#fleet.order.hasListeners)
      this.#send(field(2, Buffer.from(typeOf.listener)));
    if (this.#missing.size === 0) this.#resolve();
  }
}

/** `type_url` (4) and `nonce` (5) of a response; its resources are passed over. */
function headOf(bytes: Buffer): { readonly typeUrl: string; readonly nonce: string } {
  const texts = new Map<number, string>();
  for (let at = 0; at < bytes.length; ) {
    const number = (bytes[at++] ?? 0) >> 3;
    let length = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = bytes[at++] ?? 0;
      length += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) break;
    }
    if (number !== 2) texts.set(number, bytes.toString("utf8", at, at + length));
    at += length;
  }
  return { typeUrl: texts.get(4) ?? "", nonce: texts.get(5) ?? "" };
}

/** A field with a length, as protobuf writes it. */
function field(number: number, value: Uint8Array): Buffer {
  const head = [number * 8 + 2];
  let rest = value.length;
  for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) head.push((rest % 0x80) | 0x80);
  return Buffer.concat([Buffer.from([...head, rest]), value]);
}

function say(report: Report): void {
  process.send?.(report);
}

process.on("message", (order: Order) => void new Fleet(order).run());
say({ kind: "ready" });
