import { execFile } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { conformanceFolder } from "#test/support";
import { startTestAgent } from "./agent.ts";
import { Expectation } from "./expectation.ts";
import type { CaseResult } from "./ledger.ts";
import { isOurs } from "./ours.ts";
import { parseTranscript, type Transcript, type TranscriptItem } from "./transcript.ts";

const root = join(import.meta.dirname, "../../..");
const NOBODY = "http://127.0.0.1:9";
const WAIT_MS = 20_000;
const KNOWN_FAILURE_WAIT_MS = 3000;
const COMMAND_MS = 60_000;

/** Runs a transcript against a fresh agent up to its first step that differs. */
export function runTranscript(name: string, expected: number): Promise<CaseResult> {
  return withRun(name, expected, (run) => run.run());
}

/** Runs all of a transcript and judges some of its commands only: how many, and the first that differs. */
export function judgeCommands(name: string, isJudged: (command: string) => boolean): Promise<CaseResult> {
  return withRun(name, 0, (run) => run.judge(isJudged));
}

async function withRun(name: string, expected: number, play: (run: Run) => Promise<CaseResult>): Promise<CaseResult> {
  const transcript = parseTranscript(readFileSync(join(conformanceFolder("cli"), `${name}.txt`), "utf8"));
  const total = transcript.items.length;
  const agent = transcript.withoutAgent
    ? undefined
    : await startTestAgent(transcript.configs).catch((error: unknown) => String(error));
  if (typeof agent === "string")
    return { passed: 0, total, failure: `agent: ${agent.split("\n").slice(0, 3).join(" ")}` };
  const folder = mkdtempSync(join(tmpdir(), "drover-transcript-"));
  try {
    return await play(new Run(name, transcript, folder, agent?.address ?? NOBODY, expected));
  } finally {
    await agent?.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A value of an answer as a transcript writes it. */
function shown(value: unknown): string {
  return typeof value === "string" ? value : (JSON.stringify(value) ?? "nothing");
}

type Select = (value: unknown, path: string) => unknown;

class Run {
  readonly #name: string;
  readonly #transcript: Transcript;
  readonly #work: string;
  readonly #address: string;
  readonly #expected: number;
  readonly #env: Record<string, string>;
  readonly #expectation = new Expectation();

  constructor(name: string, transcript: Transcript, folder: string, address: string, expected: number) {
    this.#name = name;
    this.#transcript = transcript;
    this.#address = address;
    this.#expected = expected;
    this.#work = join(folder, "files");
    const bin = join(folder, "bin");
    mkdirSync(bin);
    symlinkSync(join(root, "bin/drover"), join(bin, "nomad"));
    cpSync(join(conformanceFolder("cli"), "files"), this.#work, { recursive: true });
    this.#env = { PATH: `${bin}:${process.env["PATH"] ?? ""}`, HOME: folder, NOMAD_ADDR: address, TZ: "UTC" };
  }

  async run(): Promise<CaseResult> {
    const total = this.#transcript.items.length;
    for (const [at, item] of this.#transcript.items.entries()) {
      const failure = await this.#item(item, at >= this.#expected);
      if (failure !== undefined) return { passed: at, total, failure };
    }
    return { passed: total, total, failure: undefined };
  }

  async judge(isJudged: (command: string) => boolean): Promise<CaseResult> {
    let [passed, total] = [0, 0];
    let failure: string | undefined;
    for (const item of this.#transcript.items) {
      const found = await this.#item(item, true);
      if (item.kind !== "command" || !isJudged(item.command)) continue;
      total += 1;
      passed += found === undefined ? 1 : 0;
      failure ??= found;
    }
    return { passed, total, failure };
  }

  #item(item: TranscriptItem, isKnownToFail: boolean): Promise<string | undefined> {
    if (item.kind === "command") return this.#command(item);
    if (item.kind === "let") return this.#let(item);
    return this.#wait(item, isKnownToFail ? KNOWN_FAILURE_WAIT_MS : WAIT_MS);
  }

  async #wait(item: TranscriptItem & { kind: "wait" }, waitMs: number): Promise<string | undefined> {
    const deadline = Date.now() + waitMs;
    for (;;) {
      const value = await this.#read(item);
      if (shown(value) === item.value) return undefined;
      if (Date.now() > deadline)
        return `wait until ${item.path} of ${item.route} is ${item.value}: it is ${shown(value)}`;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }

  async #let(item: TranscriptItem & { kind: "let" }): Promise<string | undefined> {
    const value = await this.#read(item);
    if (value === undefined) return `let ${item.name}: ${item.route} has no ${item.path}`;
    this.#env[item.name] = shown(value);
    return undefined;
  }

  async #read({ path, route }: { readonly path: string; readonly route: string }): Promise<unknown> {
    const { select } = (await import(pathToFileURL(join(conformanceFolder("."), "replay.mjs")).href)) as {
      select: Select;
    };
    const answer = await fetch(this.#address + this.#substitute(route)).catch(() => undefined);
    const body = await answer?.json().catch(() => undefined);
    return body === undefined ? undefined : select(body, path);
  }

  #substitute(text: string): string {
    return text.replace(/\$\{?(\w+)\}?/g, (whole, name: string) => this.#env[name] ?? whole);
  }

  async #command(item: TranscriptItem & { kind: "command" }): Promise<string | undefined> {
    const { stdout, stderr, exit } = await this.#bash(item.command);
    const said = stderr
      .split("\n")
      .filter((line) => !line.startsWith("hint: "))
      .join("\n");
    const differences = [
      exit === item.exit ? undefined : `exit ${exit}, expected ${item.exit}: ${stderr.slice(0, 300)}`,
      this.#expectation.differs(item.stdout, stdout),
      this.#expectation.differs(item.stderr, said),
    ].filter((difference) => difference !== undefined);
    if (differences.length === 0 || isOurs("cli", this.#name, item.command, `${stdout}[stderr]\n${said}[exit ${exit}]`))
      return undefined;
    return `$ ${item.command}\n${differences[0]}`;
  }

  #bash(command: string): Promise<{ stdout: string; stderr: string; exit: number }> {
    return new Promise((resolve) => {
      const options = { cwd: this.#work, env: this.#env, timeout: COMMAND_MS, maxBuffer: 16 * 1024 * 1024 };
      const child = execFile("bash", ["-c", command], options, (error, stdout, stderr) =>
        resolve({ stdout, stderr, exit: error ? Number(error.code ?? 1) : 0 }),
      );
      child.stdin?.end();
    });
  }
}
