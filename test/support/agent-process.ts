import { type ChildProcess, spawn } from "node:child_process";
import { join } from "node:path";
import { freeTcpPorts } from "./free-ports.ts";

const root = join(import.meta.dirname, "../..");
const READY_MS = 60_000;
const LEAVE_MS = 15_000;
const OUTPUT_MAX = 40_000;

export interface AgentPorts {
  readonly http: number;
  readonly rpc: number;
  readonly serf: number;
}

/** A node is ready; the agent is well; the agent answers at all. */
type Readiness = "node" | "health" | "answer";
const paths = { health: "/v1/agent/health", answer: "/v1/agent/self" } as const;

/** A real agent as a child process. */
export class AgentProcess {
  readonly address: string;
  readonly #child: ChildProcess;
  #output = "";

  private constructor(child: ChildProcess, ports: AgentPorts) {
    this.#child = child;
    this.address = `http://127.0.0.1:${ports.http}`;
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on("data", (chunk: Buffer) => (this.#output = (this.#output + chunk.toString()).slice(-OUTPUT_MAX)));
    }
  }

  /** Starts an agent with these arguments on loopback; resolves when it has come as far as `until`. */
  static async start(
    args: readonly string[],
    folder: string,
    ports?: AgentPorts,
    until: Readiness = "node",
  ): Promise<AgentProcess> {
    const own = ports ?? (await freePorts());
    const flags = ["-bind", "127.0.0.1", "-http-port", own.http, "-rpc-port", own.rpc, "-serf-port", own.serf];
    const child = spawn(process.execPath, [join(root, "bin/drover"), "agent", ...args, ...flags].map(String), {
      cwd: folder,
      stdio: ["ignore", "pipe", "pipe"],
    });
    const agent = new AgentProcess(child, own);
    if (await agent.#isReady(until)) return agent;
    await agent.stop();
    throw new Error(`the agent did not get ready:\n${agent.output}`);
  }

  get output(): string {
    return this.#output;
  }

  get isAlive(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  async kill(): Promise<void> {
    const exited = this.#exited();
    this.#child.kill("SIGKILL");
    await exited;
  }

  async stop(): Promise<number | null> {
    if (!this.isAlive) return this.#child.exitCode;
    const exited = this.#exited();
    this.#child.kill("SIGINT");
    const timer = setTimeout(() => this.#child.kill("SIGKILL"), LEAVE_MS);
    await exited;
    clearTimeout(timer);
    return this.#child.exitCode;
  }

  /** The parsed body of a GET, or of a PUT with a body. */
  async call<T>(path: string, body?: unknown, method = body === undefined ? "GET" : "PUT"): Promise<T> {
    const answer = await fetch(
      this.address + path,
      body === undefined ? { method } : { method, body: JSON.stringify(body) },
    );
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
    return JSON.parse(text) as T;
  }

  #exited(): Promise<unknown> {
    return new Promise((resolve) => this.#child.once("exit", resolve));
  }

  async #isReady(wanted: Readiness): Promise<boolean> {
    const deadline = Date.now() + READY_MS;
    while (Date.now() < deadline && this.isAlive) {
      if (wanted === "node" ? await this.#hasReadyNode() : await this.#answers(paths[wanted])) return true;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    return false;
  }

  async #hasReadyNode(): Promise<boolean> {
    const nodes = await this.call<{ Status: string }[]>("/v1/nodes").catch(() => []);
    return nodes.some((node) => node.Status === "ready");
  }

  #answers(path: string): Promise<boolean> {
    return this.call(path).then(
      () => true,
      () => false,
    );
  }
}

export async function freePorts(): Promise<AgentPorts> {
  const [http, rpc, serf] = (await freeTcpPorts(3)) as [number, number, number];
  return { http, rpc, serf };
}

/** Asks until `look` gives something. */
export async function until<T>(
  what: string,
  look: () => Promise<T | undefined | false> | T | undefined | false,
  limitMs = 60_000,
): Promise<T> {
  const deadline = Date.now() + limitMs;
  for (;;) {
    const found = await look();
    if (found !== undefined && found !== false) return found;
    if (Date.now() > deadline) throw new Error(`${what}: not within ${limitMs} ms`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
