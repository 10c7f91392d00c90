import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { createServer } from "node:net";
import { report } from "./ratio.ts";

const VERSION_PAIRS = 25;
const AGENTS = 5;
const SETTLE_MS = 60_000;
const STARTS = 5;
const START_LIMIT_MS = 300_000;

/** `drover version` ÷ a bare node that does nothing, in turn. */
export async function version(): Promise<boolean> {
  const ratios: number[] = [];
  const time = (args: readonly string[]): number => {
    const began = performance.now();
    if (spawnSync(process.execPath, args).status !== 0) throw new Error(`${args.join(" ")} failed`);
    return performance.now() - began;
  };
  for (let pair = 0; pair < VERSION_PAIRS; pair++) ratios.push(time(["bin/drover", "version"]) / time(["-e", "0"]));
  return report({ name: "CLI version ÷ bare node", values: ratios, atMost: 1.15 });
}

/** Memory of the agent of `agent -dev` without a job, a minute after its node is ready ÷ that of a bare node. */
export async function memory(): Promise<boolean> {
  const agents: ChildProcess[] = [];
  const bare: ChildProcess[] = [];
  try {
    for (let count = 0; count < AGENTS; count++) {
      const [http, rpc, serf] = [await freePort(), await freePort(), await freePort()];
      const args = ["bin/drover", "agent", "-dev", "-http-port", http, "-rpc-port", rpc, "-serf-port", serf].map(
        String,
      );
      agents.push(spawn(process.execPath, args, { stdio: "ignore" }));
      bare.push(spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"], { stdio: "ignore" }));
      await untilReady(http);
    }
    await new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
    return report({
      name: "RSS of an idle dev agent ÷ bare node",
      values: agents.map((agent, at) => rssKib(agent) / rssKib(bare[at] as ChildProcess)),
      atMost: 2.5,
    });
  } finally {
    for (const child of bare) child.kill("SIGKILL");
    await Promise.all(agents.map(ended));
  }
}

function rssKib(child: ChildProcess): number {
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, "utf8"))?.[1]);
}

/** Seconds from `npm start`, with all installed and built, until the hello job answers. */
export async function start(): Promise<boolean> {
  const seconds: number[] = [];
  for (let count = 0; count <= STARTS; count++) {
    const port = await freePort();
    const began = performance.now();
    const child = spawn("npm", ["start", "--silent", "--", "-http-port", String(port)], {
      stdio: ["ignore", "pipe", "inherit"],
      detached: true,
    });
    try {
      await answering(child);
      // The first one may still build.
      if (count > 0) seconds.push((performance.now() - began) / 1000);
    } finally {
      await groupEnded(child);
    }
  }
  return report({ name: "npm start, warm, to a running job, in seconds", values: seconds, atMost: 3 });
}

function answering(child: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    let said = "";
    const timer = setTimeout(() => reject(new Error(`npm start did not answer:\n${said}`)), START_LIMIT_MS);
    child.stdout?.on("data", (chunk: Buffer) => {
      said += chunk.toString();
      if (!said.includes("instances answer")) return;
      clearTimeout(timer);
      resolve();
    });
    child.once("exit", () => {
      clearTimeout(timer);
      reject(new Error(`npm start ended:\n${said}`));
    });
  });
}

/** Like Ctrl-C in a terminal: npm passes no SIGINT on, it expects the whole group to have it. */
async function groupEnded(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.pid === undefined) return;
  const exit = new Promise((resolve) => child.once("exit", resolve));
  process.kill(-child.pid, "SIGINT");
  await exit;
}

async function ended(child: ChildProcess): Promise<void> {
  const exit = new Promise((resolve) => child.once("exit", resolve));
  child.kill("SIGINT");
  await exit;
}

async function untilReady(port: number): Promise<void> {
  for (;;) {
    const nodes = await fetch(`http://127.0.0.1:${port}/v1/nodes`).then(
      (answer) => answer.json() as Promise<{ Status: string }[]>,
      () => [],
    );
    if (nodes.some((node) => node.Status === "ready")) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}
