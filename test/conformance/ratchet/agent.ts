import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { conformanceFolder } from "#test/support";

const root = join(import.meta.dirname, "../../..");
const READY_MS = 20_000;
const LEAVE_MS = 15_000;

/** A fresh agent, as the golden cases want it. */
export interface TestAgent {
  readonly address: string;
  /** What it wrote, for a failure's report. */
  readonly output: () => string;
  stop(): Promise<void>;
}

/** Starts an agent with configuration files of the golden cases, on free ports, in an empty folder. */
export async function startTestAgent(configs: readonly string[]): Promise<TestAgent> {
  const folder = mkdtempSync(join(tmpdir(), "drover-ratchet-"));
  const [http, rpc, serf] = await freePorts(3);
  const isPersistent = configs.includes("persistent");
  const where = isPersistent ? ["-data-dir", join(folder, "data")] : ["-dev"];
  const files = configs.flatMap((name) => ["-config", join(conformanceFolder("agents"), `${name}.hcl`)]);
  const args = [
    join(root, "bin/drover"),
    "agent",
    ...where,
    "-bind",
    "127.0.0.1",
    "-http-port",
    http,
    "-rpc-port",
    rpc,
    "-serf-port",
    serf,
    ...files,
  ];
  const child = spawn(process.execPath, args.map(String), { cwd: folder, stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (chunk: Buffer) => (output = (output + chunk.toString()).slice(-20_000)));
  const address = `http://127.0.0.1:${http}`;
  const stop = async (): Promise<void> => {
    await end(child);
    rmSync(folder, { recursive: true, force: true });
  };
  if (await isReady(address, child)) return { address, output: () => output, stop };
  await stop();
  throw new Error(`the agent did not get ready:\n${output}`);
}

async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(Array.from({ length: count }, () => listen()));
  const ports = servers.map((server) => (server.address() as { port: number }).port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}

function listen(): Promise<ReturnType<typeof createServer>> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => resolve(server));
  });
}

async function isReady(address: string, child: ChildProcess): Promise<boolean> {
  const deadline = Date.now() + READY_MS;
  while (Date.now() < deadline && child.exitCode === null) {
    const nodes = await fetch(`${address}/v1/nodes`).then(
      (answer) => answer.json() as Promise<{ Status: string }[]>,
      () => [],
    );
    if (Array.isArray(nodes) && nodes.some((node) => node.Status === "ready")) return true;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return false;
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = new Promise((resolve) => child.once("exit", resolve));
  child.kill("SIGINT");
  const timer = setTimeout(() => child.kill("SIGKILL"), LEAVE_MS);
  await exited;
  clearTimeout(timer);
}
