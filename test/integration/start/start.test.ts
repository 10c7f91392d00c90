import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, expect, test } from "vitest";
import { freePorts, until } from "#test/support";

/** `npm start`, as a person meets it: what it prints, what it answers, and that it leaves nothing behind. */
const root = join(import.meta.dirname, "../../..");
const scratch = mkdtempSync(join(tmpdir(), "drover-start-test-"));
const OUTPUT_MAX = 100_000;

class Start {
  readonly #child: ChildProcess;
  readonly temporary = mkdtempSync(join(scratch, "tmp-"));
  output = "";

  constructor(checkout: string, args: readonly (string | number)[], env: Readonly<Record<string, string>> = {}) {
    this.#child = spawn(process.execPath, [join(checkout, "bin/start.cjs"), ...args.map(String)], {
      cwd: checkout,
      env: { ...process.env, TMPDIR: this.temporary, ...env },
      stdio: ["ignore", "pipe", "pipe"],
    });
    for (const stream of [this.#child.stdout, this.#child.stderr])
      stream?.on("data", (chunk: Buffer) => (this.output = (this.output + chunk.toString()).slice(-OUTPUT_MAX)));
  }

  says(text: string | RegExp, limitMs = 120_000): Promise<string> {
    const look = (): string | undefined => {
      if (this.#child.exitCode !== null && !this.output.match(text)) throw new Error(`it ended:\n${this.output}`);
      return this.output.match(text)?.[0];
    };
    return until(`it says ${text}:\n${this.output}`, look, limitMs);
  }

  signal(name: NodeJS.Signals): void {
    this.#child.kill(name);
  }

  closeOutput(): void {
    this.#child.stdout?.destroy();
    this.#child.stderr?.destroy();
  }

  ended(): Promise<number | null> {
    if (this.#child.exitCode !== null) return Promise.resolve(this.#child.exitCode);
    return new Promise((resolve) => this.#child.once("exit", (code) => resolve(code)));
  }

  /** Processes that name its folders, and what lies in them. */
  leftovers(): string[] {
    const files = readdirSync(this.temporary).filter((name) => name.startsWith("drover-"));
    return [...files, ...processesNaming(this.temporary)];
  }
}

function processesNaming(text: string): string[] {
  const pids = readdirSync("/proc").filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid);
  return pids.flatMap((pid) => {
    try {
      const place = `${readFileSync(`/proc/${pid}/cmdline`, "utf8")}\0${readFileSync(`/proc/${pid}/environ`, "utf8")}`;
      return place.includes(text) ? [`${pid} ${place.slice(0, 200)}`] : [];
    } catch {
      return [];
    }
  });
}

/** The checkout again, with an example of its own. */
function checkoutWith(example: (text: string) => string): string {
  const copy = mkdtempSync(join(scratch, "checkout-"));
  for (const name of readdirSync(root)) {
    if (["dist", "bin", "examples", ".git"].includes(name)) continue;
    symlinkSync(join(root, name), join(copy, name));
  }
  for (const name of ["bin", "dist"])
    cpSync(join(root, name), join(copy, name), { recursive: true, preserveTimestamps: true });
  mkdirSync(join(copy, "examples"));
  const text = readFileSync(join(root, "examples/hello.drover.hcl"), "utf8");
  writeFileSync(join(copy, "examples/hello.drover.hcl"), example(text));
  return copy;
}

afterAll(() => rmSync(scratch, { recursive: true, force: true }));

test("it runs hello, says what to do next, and Ctrl-C leaves nothing behind", async () => {
  const { http } = await freePorts();
  const elsewhere = { NOMAD_ADDR: "http://127.0.0.1:1", DROVER_ADDR: "http://127.0.0.1:1", NOMAD_TOKEN: "not ours" };
  const start = new Start(root, ["-http-port", http], elsewhere);
  await start.says("Ctrl-C stops everything and leaves nothing behind.");
  const urls = [...start.output.matchAll(/^ {4}(http:\/\/127\.0\.0\.1:\d+)$/gm)].map((match) => match[1] as string);
  expect(urls).toHaveLength(2);
  for (const url of urls) expect((await fetch(url)).status).toBe(200);
  const line = /bin\/(drover job status .*)/.exec(start.output)?.[1] as string;
  const status = execFileSync(process.execPath, [join(root, "bin/drover"), ...line.split(" ").slice(1)], {
    encoding: "utf8",
  });
  expect(status).toContain("Status        = running");
  expect(start.output).toMatch(/^ +\d+\.\d s {2}node \S+ is ready$/m);
  expect(start.output).not.toContain("\u001b");
  start.signal("SIGINT");
  expect(await start.ended()).toBe(0);
  expect(start.output).toContain("stopped; nothing is left");
  expect(start.leftovers()).toEqual([]);
  await expect(fetch(urls[0] as string)).rejects.toThrow("fetch failed");
  await expect(fetch(`http://127.0.0.1:${http}/v1/jobs`)).rejects.toThrow("fetch failed");
});

test.each(["SIGTERM", "SIGHUP"] as const)(
  "%s, before it is ready and with nobody reading any more, cleans up too",
  async (name) => {
    const { http } = await freePorts();
    const start = new Start(root, ["-http-port", http]);
    await start.says("starting a dev region");
    await sleep(700);
    start.closeOutput();
    start.signal(name);
    expect(await start.ended()).toBe(0);
    expect(start.leftovers()).toEqual([]);
  },
);

test("SIGTERM while the job is being handed in takes the command with it", async () => {
  const { http } = await freePorts();
  const start = new Start(root, ["-http-port", http]);
  await start.says(/node \S+ is ready/);
  await sleep(60);
  start.signal("SIGTERM");
  expect(await start.ended()).toBe(0);
  expect(start.leftovers()).toEqual([]);
});

test("a second Ctrl-C does not wait for tasks that do not want to end", async () => {
  const { http } = await freePorts();
  const checkout = checkoutWith((text) =>
    text
      .replace(/kill_timeout\s*=.*\n/g, "")
      .replace(/(driver\s*=\s*"raw_exec"\n)/, '$1      kill_timeout = "30s"\n      kill_signal = "SIGCONT"\n'),
  );
  const start = new Start(checkout, ["-http-port", http]);
  await start.says("Ctrl-C stops everything");
  const began = Date.now();
  start.signal("SIGINT");
  await sleep(300);
  start.signal("SIGINT");
  expect(await start.ended()).toBe(0);
  expect(Date.now() - began).toBeLessThan(2_500);
  expect(start.leftovers()).toEqual([]);
});

test("a taken port names its holder and the way out", async () => {
  const { http } = await freePorts();
  const holder = createServer().listen(http, "127.0.0.1");
  const start = new Start(root, ["-http-port", http]);
  expect(await start.ended()).toBe(1);
  holder.close();
  expect(start.output).toMatch(
    new RegExp(
      `port ${http} is taken by \\S+ \\(pid ${process.pid}\\)\\. Start on others: npm start -- -http-port \\d+`,
    ),
  );
  expect(start.leftovers()).toEqual([]);
});

test("a hello that fails shows its last events and output, and keeps the log", async () => {
  const { http } = await freePorts();
  const checkout = checkoutWith((text) =>
    text
      .replace(/command\s*=.*/, 'command = "/bin/sh"')
      .replace(/args\s*=[^\]]*\]/, 'args = ["-c", "echo cannot find my settings >&2; exit 3"]'),
  );
  const start = new Start(checkout, ["-http-port", http]);
  expect(await start.ended()).toBe(1);
  expect(start.output).toContain("npm start: an instance of hello failed");
  expect(start.output).toContain("Exit Code: 3");
  expect(start.output).toContain("stderr: cannot find my settings");
  const log = /The agent's log is kept: (\S+)/.exec(start.output)?.[1] as string;
  expect(readFileSync(log, "utf8")).toContain("agent started (dev)");
  expect(processesNaming(start.temporary)).toEqual([]);
});

test("two clones run side by side", async () => {
  const [one, two] = [await freePorts(), await freePorts()];
  const starts = [one, two].map(
    ({ http, rpc, serf }) => new Start(root, ["-http-port", http, "-rpc-port", rpc, "-serf-port", serf]),
  );
  for (const start of starts) await start.says("Ctrl-C stops everything");
  for (const start of starts) start.signal("SIGINT");
  for (const start of starts) expect(await start.ended()).toBe(0);
  for (const start of starts) expect(start.leftovers()).toEqual([]);
  expect(existsSync(scratch)).toBe(true);
});
