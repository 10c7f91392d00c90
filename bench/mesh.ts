/**
 * The control plane of the mesh under many Envoys: snapshots are fed, the Envoys are another process, and this one is measured.
 */
import { type ChildProcess, fork } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { createLogger, systemTimers } from "#cli/agent";
import {
  AdsServer,
  type EncodedResource,
  Encoder,
  encodeSet,
  type Resource,
  type ResourceSet,
  resourcesOf,
  samples,
} from "#integrations/envoy";
import type { Order, Report } from "./mesh-client.ts";
import { report } from "./ratio.ts";

const CLIENT = join(import.meta.dirname, "mesh-client.js");
const SERVICES = 1_000;
const STREAMS = 1_000;
const RECONNECTING = 5_000;
const UPSTREAMS_EACH = 10;
const LIMIT_MS = 60_000;

/** One endpoint changes: what is encoded, sent and how long until the last has it; then a storm of reconnects. */
export async function mesh(): Promise<boolean> {
  const isChangeMet = await oneChange();
  return (await reconnects()) && isChangeMet;
}

async function oneChange(): Promise<boolean> {
  using world = await World.start();
  const resources = resourcesFor(SERVICES);
  const set = world.encode(resources);
  for (let at = 0; at < STREAMS; at++) world.ads.set(`node-${at}`, set);
  const before = memoryMib();
  await world.order({ streams: STREAMS, width: 16, hasListeners: false });
  await world.until("configured");
  const memoryKib = ((memoryMib() - before) * 1024) / STREAMS;

  const changed = moved(resources);
  const encodedBefore = world.encoder.encoded;
  const beganMs = performance.now();
  const next = encodeOne(world.encoder, set, changed);
  for (let at = 0; at < STREAMS; at++) world.ads.set(`node-${at}`, next.set);
  const setMs = performance.now() - beganMs;
  await world.until("every node has acknowledged it", world.hasAll(next.resource, STREAMS));
  const lastMs = performance.now() - beganMs;
  const { bytes } = (await world.until("changed")) as Extract<Report, { kind: "changed" }>;

  const met = [
    report({ name: "resources encoded for one change", values: [world.encoder.encoded - encodedBefore], atMost: 1 }),
    report({
      name: "bytes sent ÷ bytes of the resource",
      values: [bytes / (STREAMS * neededBytes(next.resource))],
      atMost: 1.1,
    }),
    report({ name: "last acknowledgement (s)", values: [lastMs / 1000], atMost: 1 }),
  ];
  process.stdout.write(`until all is written: ${setMs.toFixed(0)} ms\n`);
  process.stdout.write(`memory a stream of ${SERVICES} services: ${memoryKib.toFixed(0)} KiB\n`);
  return met.every(Boolean);
}

async function reconnects(): Promise<boolean> {
  using world = await World.start();
  const set = world.encode(resourcesFor(UPSTREAMS_EACH));
  for (let at = 0; at < RECONNECTING; at++) world.ads.set(`node-${at}`, set);
  const before = memoryMib();
  const delay = monitorEventLoopDelay({ resolution: 5 });
  delay.enable();
  await world.order({ streams: RECONNECTING, width: RECONNECTING, hasListeners: true });
  const cpuBefore = process.cpuUsage();
  const { lastMs, cpuMs } = (await world.until("configured")) as Extract<Report, { kind: "configured" }>;
  const { user, system } = process.cpuUsage(cpuBefore);
  delay.disable();
  const met = [
    report({ name: `latest first configuration of ${RECONNECTING} (s)`, values: [lastMs / 1000], atMost: 5 }),
    report({ name: "loop delay, 99th percentile (ms)", values: [delay.percentile(99) / 1e6], atMost: 50 }),
  ];
  const memoryKib = ((memoryMib() - before) * 1024) / RECONNECTING;
  // Of two processors that have nothing else to do the server has one: then its own time is what the last one waits for.
  const ownSeconds = ((user + system) / 1e6).toFixed(1);
  process.stdout.write(
    `processor time of the control plane: ${ownSeconds} s, of all clients: ${(cpuMs / 1000).toFixed(1)} s\n`,
  );
  process.stdout.write(`memory a stream of ${UPSTREAMS_EACH} services: ${memoryKib.toFixed(0)} KiB\n`);
  return met.every(Boolean);
}

/** A server, and the process with its clients. */
class World implements Disposable {
  readonly ads: AdsServer;
  readonly encoder = new Encoder();
  readonly #folder = mkdtempSync(join(tmpdir(), "drover-bench-mesh-"));
  readonly #child: ChildProcess;
  readonly #reports = new Map<string, Report>();
  #isChanged: (() => void) | undefined;

  private constructor() {
    const logger = createLogger({ level: "warn", json: false, descriptor: 2, nowMs: () => Date.now() });
    this.ads = new AdsServer({ logger, timers: systemTimers, changed: () => this.#isChanged?.() });
    this.#child = fork(CLIENT, { execArgv: ["--max-old-space-size=4096"] });
    this.#child.on("message", (said: Report) => {
      this.#reports.set(said.kind, said);
      this.#isChanged?.();
    });
  }

  static async start(): Promise<World> {
    const world = new World();
    const listening = await world.ads.listen(world.#socket);
    if (!listening.ok) throw new Error(listening.failure.message);
    await world.until("ready");
    return world;
  }

  get #socket(): string {
    return join(this.#folder, "ads.sock");
  }

  async order(order: Omit<Order, "socket">): Promise<void> {
    this.#child.send({ ...order, socket: this.#socket });
    await Promise.resolve();
  }

  encode(resources: readonly Resource[]): ResourceSet {
    const set = encodeSet(resources, this.encoder);
    if (!set.ok) throw new Error(set.failure.message);
    return set.value;
  }

  /** Whether every node has it; one that has is not asked again. */
  hasAll({ kind, name, version }: EncodedResource, nodes: number): () => boolean {
    let at = 0;
    return () => {
      while (at < nodes && this.ads.acceptedVersion(`node-${at}`, kind, name) === version) at++;
      return at === nodes;
    };
  }

  /** A report of the clients, or whatever is looked for. */
  until(what: string, isThere?: () => boolean): Promise<Report | undefined> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`${what}: not within ${LIMIT_MS / 1000} s`)), LIMIT_MS);
      const look = (): void => {
        const said = this.#reports.get(what);
        if (!(isThere ? isThere() : said)) return;
        clearTimeout(timer);
        this.#isChanged = undefined;
        resolve(said);
      };
      this.#isChanged = look;
      look();
    });
  }

  [Symbol.dispose](): void {
    this.#child.kill("SIGKILL");
    this.ads.close();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

/** What a sidecar with so many upstreams gets, two instances each. */
function resourcesFor(services: number): Resource[] {
  const upstreams = Array.from({ length: services }, (_, at) => {
    const target = samples.target(`service-${at}`);
    const rows = { [target.ID]: [samples.instance(21_000), samples.instance(21_001)] };
    const chain = samples.chain(`service-${at}`, "http", [samples.resolver(target)], [target]);
    return samples.upstream(chain, rows, { bindPort: 10_000 + at });
  });
  const isOwn = ({ kind, name }: Resource): boolean => kind === "secret" || name.startsWith("public_listener");
  return resourcesOf(samples.snapshot(upstreams)).filter((resource) => !isOwn(resource));
}

/** One instance of the first service has another port. */
function moved(resources: readonly Resource[]): Resource {
  const found = resources.find(({ kind }) => kind === "endpoint") as Resource;
  return { ...found, json: JSON.parse(JSON.stringify(found.json).replace("21001", "21002")) as object };
}

function encodeOne(
  encoder: Encoder,
  set: ResourceSet,
  changed: Resource,
): { readonly set: ResourceSet; readonly resource: EncodedResource } {
  const encoded = encoder.encode(changed);
  if (!encoded.ok) throw new Error(encoded.failure.message);
  const resource = encoded.value;
  return { set: { ...set, endpoint: new Map([...set.endpoint, [resource.name, resource]]) }, resource };
}

/** Its message, its name and version and what names its type twice: there is no shorter response. */
function neededBytes({ name, version, bytes }: EncodedResource): number {
  const type = "type.googleapis.com/envoy.config.endpoint.v3.ClusterLoadAssignment";
  return bytes.length + name.length + version.length + 2 * type.length;
}

function memoryMib(): number {
  (globalThis as { gc?: () => void }).gc?.();
  return process.memoryUsage().rss / 1024 / 1024;
}
