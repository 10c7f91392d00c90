import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { component, type ConsulOptions, ConsulProcess, freeTcpPorts, until } from "#test/support";

const root = join(import.meta.dirname, "../../..");
const OUTPUT_MAX = 40_000;

export interface Ran {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** A process of the world, with what it has said. */
export class Child {
  readonly process: ChildProcess;
  output = "";

  constructor(process: ChildProcess) {
    this.process = process;
    for (const stream of [process.stdout, process.stderr])
      stream?.on("data", (chunk: Buffer) => (this.output = (this.output + chunk.toString()).slice(-OUTPUT_MAX)));
  }

  get isAlive(): boolean {
    return this.process.exitCode === null && this.process.signalCode === null;
  }

  async end(signal: NodeJS.Signals): Promise<number | null> {
    if (!this.isAlive) return this.process.exitCode;
    const exited = new Promise((resolve) => this.process.once("exit", resolve));
    this.process.kill(signal);
    await exited;
    return this.process.exitCode;
  }
}

/** A machine with a Consul, services of our own, and sidecars run by the command line. */
export class MeshWorld {
  readonly consul: ConsulProcess;
  readonly folder = mkdtempSync(join(tmpdir(), "drover-mesh-test-"));
  readonly #children: Child[] = [];
  readonly #sidecars = new Map<string, Child>();
  readonly apps = new Map<string, { readonly port: number; readonly child: Child }>();

  private constructor(consul: ConsulProcess) {
    this.consul = consul;
  }

  static async start(options: ConsulOptions = {}): Promise<MeshWorld> {
    return new MeshWorld(await ConsulProcess.start(options));
  }

  get runFolder(): string {
    return join(this.folder, "run");
  }

  /** A service of ours, registered. */
  async app(id: string, service: string, version: string): Promise<number> {
    const [port] = (await freeTcpPorts(1)) as [number];
    const script = join(import.meta.dirname, "app.cjs");
    const child = this.#child(spawn(process.execPath, [script, String(port), version]));
    this.apps.set(id, { port, child });
    await until(`${id} listens`, () => child.output.includes("listening"));
    await this.consul.call("/agent/service/register", { ID: id, Name: service, Port: port, Meta: { version } });
    return port;
  }

  async behave(id: string, behaviour: { readonly errorRate?: number; readonly delayMs?: number }): Promise<void> {
    const app = this.apps.get(id);
    await fetch(`http://127.0.0.1:${app?.port}/behave`, { method: "PUT", body: JSON.stringify(behaviour) });
  }

  async config(entry: object): Promise<void> {
    await this.consul.call("/config", entry);
  }

  /** Starts a sidecar and waits until its check passes. */
  async sidecar(id: string, args: readonly string[] = []): Promise<Child> {
    // Out of the way of what other tests take from Consul's own range at the same time.
    const [port] = (await freeTcpPorts(1)) as [number];
    const own = args.includes("-port") ? [] : ["-port", String(port)];
    const envoy = component("envoy") ?? "";
    const child = this.drover(["mesh", "proxy", "-sidecar-for", id, "-envoy", envoy, ...own, ...args]);
    this.#sidecars.set(id, child);
    await until(`the sidecar of ${id} is well`, () => this.isWell(id, child), 30_000).catch((error: Error) => {
      throw new Error(`${error.message}\n${child.output}`);
    });
    return child;
  }

  /** A sidecar is well when others can connect to it; what it calls itself may come a moment later. */
  async goesThrough(port: number): Promise<void> {
    const isAnswered = async (): Promise<boolean> => {
      const answer = await fetch(`http://127.0.0.1:${port}/`).catch(() => undefined);
      return answer?.status === 200;
    };
    await until("a request goes through", isAnswered);
  }

  async isWell(id: string, child: Child): Promise<boolean> {
    if (!child.isAlive) throw new Error(`it ended:\n${child.output}`);
    const checks = await this.consul.call<Record<string, { Status: string }>>("/agent/checks");
    return checks[`drover-mesh:${id}-sidecar-proxy`]?.Status === "passing";
  }

  sidecarOf(id: string): Child {
    const child = this.#sidecars.get(id);
    if (!child) throw new Error(`no sidecar of ${id}`);
    return child;
  }

  /** A command of ours that goes on. */
  drover(args: readonly string[]): Child {
    return this.#child(spawn(process.execPath, [join(root, "bin/drover"), ...args], { env: this.#env() }));
  }

  /** As `drover`, on a terminal of its own. */
  onTerminal(args: readonly string[]): Child {
    const line = [process.execPath, join(root, "bin/drover"), ...args].join(" ");
    return this.#child(spawn("/usr/bin/script", ["-qec", line, "/dev/null"], { env: this.#env() }));
  }

  /** A command of ours that ends. */
  run(...args: readonly string[]): Ran {
    const done = spawnSync(process.execPath, [join(root, "bin/drover"), ...args], {
      env: this.#env(),
      encoding: "utf8",
    });
    return { code: done.status, out: done.stdout, err: done.stderr };
  }

  /** As `run`, without holding up this process: a load goes on meanwhile. */
  async runBeside(...args: readonly string[]): Promise<Ran> {
    const child = spawn(process.execPath, [join(root, "bin/drover"), ...args], { env: this.#env() });
    let [out, err] = ["", ""];
    child.stdout.on("data", (chunk: Buffer) => (out += chunk.toString()));
    child.stderr.on("data", (chunk: Buffer) => (err += chunk.toString()));
    const code = await new Promise<number | null>((resolve) => child.once("close", resolve));
    return { code, out, err };
  }

  /** What was written about the proxies of this machine. */
  records(): { proxyId: string; envoy?: { pid: number }; port: number; folder: string }[] {
    return (
      readdirSync(this.runFolder, { withFileTypes: true })
        // One that was refused before it began has no record.
        .filter((entry) => entry.isDirectory() && existsSync(join(this.runFolder, entry.name, "record.json")))
        .map((entry) => {
          const folder = join(this.runFolder, entry.name);
          return { ...JSON.parse(readFileSync(join(folder, "record.json"), "utf8")), folder };
        })
    );
  }

  envoyOf(id: string): { pid: number; folder: string } {
    const record = this.records().find((each) => each.proxyId === `${id}-sidecar-proxy`);
    if (!record?.envoy) throw new Error(`no Envoy of ${id}`);
    return { pid: record.envoy.pid, folder: record.folder };
  }

  async stop(): Promise<void> {
    for (const child of this.#sidecars.values()) child.process.kill("SIGKILL");
    for (const { envoy } of this.#records()) if (envoy) kill(envoy.pid);
    for (const child of this.#children) child.process.kill("SIGKILL");
    await this.consul.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }

  #records(): ReturnType<MeshWorld["records"]> {
    try {
      return this.records();
    } catch {
      return [];
    }
  }

  #env(): NodeJS.ProcessEnv {
    return { ...process.env, CONSUL_HTTP_ADDR: this.consul.address, DROVER_MESH_RUN: this.runFolder };
  }

  #child(process: ChildProcess): Child {
    const child = new Child(process);
    this.#children.push(child);
    return child;
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It is gone.
  }
}
