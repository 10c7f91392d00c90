import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { component } from "./components.ts";
import { until } from "./agent-process.ts";
import { freeTcpPorts } from "./free-ports.ts";

export interface ConsulOptions {
  readonly datacenter?: string;
  /** Further configuration, as its files have it. */
  readonly config?: Readonly<Record<string, unknown>>;
  /** Deny by default; the token is then the initial one. */
  readonly acl?: boolean;
}

interface Ports {
  readonly http: number;
  readonly grpc: number;
  readonly dns: number;
  readonly serfLan: number;
  readonly serfWan: number;
  readonly server: number;
}

export const CONSUL_TOKEN = "11111111-2222-4333-8444-555555555555";
const OUTPUT_MAX = 20_000;

/** A real Consul: one server that is agent too, with its state in a folder, so that a restart keeps it. */
export class ConsulProcess {
  readonly datacenter: string;
  readonly ports: Ports;
  readonly folder = mkdtempSync(join(tmpdir(), "drover-consul-"));
  readonly #options: ConsulOptions;
  #child: ChildProcess | undefined;
  #output = "";

  private constructor(options: ConsulOptions, ports: Ports) {
    this.#options = options;
    this.ports = ports;
    this.datacenter = options.datacenter ?? "dc1";
  }

  static async start(options: ConsulOptions = {}): Promise<ConsulProcess> {
    const [http, grpc, dns, serfLan, serfWan, server] = await freeTcpPorts(6);
    const ports = { http, grpc, dns, serfLan, serfWan, server } as Ports;
    const consul = new ConsulProcess(options, ports);
    await consul.run();
    return consul;
  }

  get address(): string {
    return `http://127.0.0.1:${this.ports.http}`;
  }

  get output(): string {
    return this.#output;
  }

  /** Starts it (again) on its folder and ports; resolves when it leads and its CA is there. */
  async run(): Promise<void> {
    const binary = component("consul");
    if (binary === undefined) throw new Error("no consul on this machine");
    writeFileSync(join(this.folder, "config.json"), JSON.stringify(this.#config()));
    const args = ["agent", "-server", "-bootstrap-expect=1", `-data-dir=${join(this.folder, "data")}`];
    const child = spawn(binary, [...args, `-config-file=${join(this.folder, "config.json")}`], {
      stdio: ["ignore", "pipe", "pipe"],
    });
    this.#child = child;
    for (const stream of [child.stdout, child.stderr])
      stream.on("data", (chunk: Buffer) => (this.#output = (this.#output + chunk.toString()).slice(-OUTPUT_MAX)));
    await until("consul leads", () => this.#isReady(), 30_000).catch((error: Error) => {
      throw new Error(`${error.message}\n${this.#output}`);
    });
  }

  /** A call of the tests' own; the parsed body. */
  async call<T>(path: string, body?: unknown, method = body === undefined ? "GET" : "PUT"): Promise<T> {
    const headers: Record<string, string> = this.#options.acl ? { "x-consul-token": CONSUL_TOKEN } : {};
    const init = { method, headers, ...(body !== undefined && { body: JSON.stringify(body) }) };
    const answer = await fetch(`${this.address}/v1${path}`, init);
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
    return (text === "" ? undefined : JSON.parse(text)) as T;
  }

  async kill(): Promise<void> {
    const child = this.#child;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const exited = new Promise((resolve) => child.once("exit", resolve));
    child.kill("SIGKILL");
    await exited;
  }

  async stop(): Promise<void> {
    await this.kill();
    rmSync(this.folder, { recursive: true, force: true });
  }

  #config(): object {
    const { http, grpc, dns, serfLan, serfWan, server } = this.ports;
    const acl = { enabled: true, default_policy: "deny", tokens: { master: CONSUL_TOKEN, agent: CONSUL_TOKEN } };
    return {
      datacenter: this.datacenter,
      node_name: `node-${this.datacenter}`,
      bind_addr: "127.0.0.1",
      client_addr: "127.0.0.1",
      ports: { http, grpc, dns, serf_lan: serfLan, serf_wan: serfWan, server },
      connect: { enabled: true },
      log_level: "warn",
      disable_update_check: true,
      performance: { raft_multiplier: 1 },
      ...(this.#options.acl && { acl }),
      ...this.#options.config,
    };
  }

  async #isReady(): Promise<boolean> {
    if (this.#child?.exitCode !== null) throw new Error("consul ended");
    const roots = await this.call<{ Roots: unknown[] }>("/connect/ca/roots").catch(() => undefined);
    if (!roots?.Roots?.length) return false;
    const nodes = await this.call<unknown[]>("/catalog/nodes").catch(() => []);
    return nodes.length > 0;
  }
}
