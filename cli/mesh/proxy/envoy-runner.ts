import { spawn, spawnSync } from "node:child_process";
import { closeSync, existsSync, openSync, readFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { err, type Logger, ok, type Result, type TimerHandle, type Timers } from "#core/base";
import { identify, isSame, type ProcessIdentity } from "#client/process";
import { EnvoyAdmin } from "#integrations/envoy";
import type { RunFolder } from "./run-folder.ts";

/** The oldest Envoy whose v3 fields are all known to us. */
const VERSION_MIN = [1, 28] as const;
const WATCH_MS = 200;
const RESTART_FIRST_MS = 100;
const RESTART_MAX_MS = 5_000;
/** A run that lasted so long begins the count of restarts anew. */
const STEADY_MS = 60_000;
const DRAIN_SECONDS = 5;
const END_MS = 2_000;

export interface EnvoyRunnerOptions {
  readonly binary: string;
  readonly folder: RunFolder;
  readonly extraArguments: readonly string[];
  readonly timers: Timers;
  readonly nowMs: () => number;
  readonly logger: Logger;
  /** Another process runs now, or none. */
  readonly changed: (envoy: ProcessIdentity | undefined) => void;
}

/** Finds an Envoy on the PATH, or takes the one that is named, and looks at its version. */
export function findEnvoy(named: string | undefined, path: string | undefined): Result<string> {
  const places = named === undefined ? (path ?? "").split(delimiter).map((folder) => join(folder, "envoy")) : [named];
  const binary = places.find((place) => existsSync(place));
  if (binary === undefined)
    return err("not_found", `no Envoy at ${named ?? "any folder of the PATH"}`, {
      field: "-envoy",
      hint: "install Envoy, or name it with -envoy PATH; -bootstrap prints the configuration for one that runs elsewhere",
    });
  const asked = spawnSync(binary, ["--version"], { encoding: "utf8", timeout: 10_000 });
  const version = /version: \S*?\/(\d+)\.(\d+)\.\d+/.exec(asked.stdout ?? "");
  if (asked.error || !version)
    return err("invalid", `${binary} does not say an Envoy's version: ${asked.error?.message ?? asked.stdout.trim()}`);
  const [major, minor] = [Number(version[1]), Number(version[2])];
  if (major > VERSION_MIN[0] || (major === VERSION_MIN[0] && minor >= VERSION_MIN[1])) return ok(binary);
  return err("invalid", `${binary} is Envoy ${major}.${minor}; at least ${VERSION_MIN.join(".")} is needed`);
}

/**
 * Keeps one Envoy running. It is detached: it goes on with its last configuration when this process dies, and the next
 * one adopts it.
 */
export class EnvoyRunner {
  readonly #options: EnvoyRunnerOptions;
  readonly admin: EnvoyAdmin;
  #envoy: ProcessIdentity | undefined;
  #timer: TimerHandle | undefined;
  #startedMs = 0;
  #restarts = 0;
  #isEnding = false;

  constructor(options: EnvoyRunnerOptions) {
    this.#options = options;
    this.admin = new EnvoyAdmin({ socketPath: options.folder.adminSocket });
  }

  get envoy(): ProcessIdentity | undefined {
    return this.#envoy;
  }

  /** Adopts the one that is left from before, or starts one. */
  start(left: ProcessIdentity | undefined): void {
    if (left) {
      this.#envoy = left;
      this.#startedMs = this.#options.nowMs();
      this.#options.logger.log("info", "adopted the running Envoy", { pid: left.pid });
      this.#options.changed(left);
    } else this.#spawn();
    this.#watch();
  }

  /** Drains it, then ends it. */
  async end(): Promise<void> {
    this.#isEnding = true;
    this.#timer?.cancel();
    const envoy = this.#envoy;
    if (!envoy || !isSame(envoy)) return;
    await this.admin.call("/drain_listeners?graceful", "POST");
    await this.#idleWithin(DRAIN_SECONDS * 1000);
    this.#signal("SIGTERM");
    if (!(await this.#goneWithin(END_MS))) this.#signal("SIGKILL");
    await this.#goneWithin(END_MS);
  }

  #spawn(): void {
    const { binary, folder, extraArguments, logger } = this.#options;
    const log = openSync(folder.envoyLog, "a", 0o600);
    const args = ["-c", folder.bootstrapFile, "--concurrency", "1", "--disable-hot-restart", "-l", "warning"];
    const drain = ["--drain-time-s", String(DRAIN_SECONDS)];
    const child = spawn(binary, [...args, ...drain, ...extraArguments], {
      detached: true,
      stdio: ["ignore", log, log],
    });
    closeSync(log);
    child.on("error", (error) => logger.log("error", `Envoy cannot be started: ${error.message}`));
    child.unref();
    this.#startedMs = this.#options.nowMs();
    this.#envoy = child.pid === undefined ? undefined : identify(child.pid);
    this.#options.changed(this.#envoy);
  }

  #watch(): void {
    this.#timer = this.#options.timers.after(WATCH_MS, () => {
      if (this.#isEnding) return;
      if (this.#envoy && isSame(this.#envoy)) return this.#watch();
      this.#restart();
    });
  }

  #restart(): void {
    const { logger, nowMs, timers, folder } = this.#options;
    if (nowMs() - this.#startedMs > STEADY_MS) this.#restarts = 0;
    const delayMs = this.#restarts === 0 ? 0 : Math.min(RESTART_FIRST_MS * 2 ** this.#restarts, RESTART_MAX_MS);
    this.#restarts++;
    logger.log("warn", "Envoy has ended and is started again", { lastWords: lastLine(folder.envoyLog) });
    this.#timer = timers.after(delayMs, () => {
      if (this.#isEnding) return;
      this.#spawn();
      this.#watch();
    });
  }

  async #idleWithin(limitMs: number): Promise<void> {
    const deadline = this.#options.nowMs() + limitMs;
    while (this.#options.nowMs() < deadline) {
      const active = await this.admin.counters("^(http|tcp|listener)\\..*downstream_(cx|rq)_active$");
      const open = active.ok ? [...active.value].filter(([name]) => !name.includes("admin")) : [];
      if (open.every(([, count]) => count === 0)) return;
      await this.#pause();
    }
  }

  async #goneWithin(limitMs: number): Promise<boolean> {
    const deadline = this.#options.nowMs() + limitMs;
    while (this.#envoy && isSame(this.#envoy)) {
      if (this.#options.nowMs() >= deadline) return false;
      await this.#pause();
    }
    return true;
  }

  #pause(): Promise<void> {
    return new Promise((resolve) => void this.#options.timers.after(50, resolve));
  }

  #signal(name: NodeJS.Signals): void {
    try {
      if (this.#envoy) process.kill(this.#envoy.pid, name);
    } catch {
      // It has just ended.
    }
  }
}

function lastLine(path: string): string {
  try {
    return readFileSync(path, "utf8").trim().split("\n").at(-1) ?? "";
  } catch {
    return "";
  }
}
