import { type ChildProcess, execFile, spawn } from "node:child_process";
import { existsSync, lstatSync, readFileSync, rmSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { err, ok, type Result } from "#core/base";
import { bootId, identify, isSame, type ProcessIdentity, sendSignal, sendToGroup } from "#client/process";
import { readChecked, writeChecked } from "#client/state";
import { type Mover, Pipe } from "./pipe.ts";
import { type RunPlaces, runPlaces } from "./places.ts";
import type { OutputRules, RunExit, RunRequest, RunStatus } from "./protocol.ts";
import { shellLine, type ShellTools } from "./shell-line.ts";

const RECORD_VERSIONS = { current: 1, oldest: 1 };
const PID_WAIT_MS = 10_000;
const SIGKILL = 9;
const LOST_EVERY_MS = 60_000;

/** What a supervisor that comes after this one needs to know; never the environment, which may hold secrets. */
interface RunRecord {
  readonly runId: string;
  readonly boot: string;
  readonly shell: ProcessIdentity | null;
  readonly stdout: OutputRules | null;
  readonly stderr: OutputRules | null;
  /** Signals that went through us: a status above 128 is only then a signal. */
  readonly sentSignals: readonly number[];
}

export interface RunTools extends ShellTools {
  readonly mkfifo: string;
  /** Undefined where output must be copied. */
  readonly mover: Mover | undefined;
}

export interface RunWatcher {
  exited(run: Run): void;
  outputLost(runId: string, bytes: number, cause: string): void;
}

/** One task process, its shell, and its pipes. */
export class Run {
  readonly #places: RunPlaces;
  readonly #watcher: RunWatcher;
  readonly #mover: Mover | undefined;
  #record: RunRecord;
  #pipes: Pipe[] = [];
  #task: ProcessIdentity | undefined;
  #pid = 0;
  #exit: RunExit | undefined;
  #shellStatus: number | undefined;
  #lostBytes = 0;
  #quietUntilMs = 0;

  private constructor(places: RunPlaces, record: RunRecord, watcher: RunWatcher, mover: Mover | undefined) {
    this.#places = places;
    this.#record = record;
    this.#watcher = watcher;
    this.#mover = mover;
  }

  get status(): RunStatus {
    return { runId: this.#record.runId, pid: this.#pid, exit: this.#exit };
  }

  static async start(runs: string, request: RunRequest, tools: RunTools, watcher: RunWatcher): Promise<Result<Run>> {
    const { runId, stdout, stderr } = request;
    const record: RunRecord = { runId, boot: bootId(), shell: null, stdout, stderr, sentSignals: [] };
    const run = new Run(runPlaces(runs, runId), record, watcher, tools.mover);
    try {
      await run.#makePipes(tools);
      run.#openPipes();
      for (const pipe of run.#pipes) pipe.openLog();
      const started = await run.#launch(request, tools);
      if (!started.ok) run.#abandon();
      return started.ok ? ok(run) : started;
    } catch (cause) {
      run.#abandon();
      return err("io", (cause as Error).message, { cause: cause as Error });
    }
  }

  /** Takes over what an earlier supervisor left: its pipes at once, for a task without a reader stalls at 64 KiB. */
  static recover(runs: string, runId: string, watcher: RunWatcher, mover: Mover | undefined): Result<Run> {
    const places = runPlaces(runs, runId);
    const read = readChecked(places.record, RECORD_VERSIONS);
    if (!read.ok) return read;
    if (read.value === undefined) return err("not_found", `no record of run ${runId}`);
    const run = new Run(places, read.value.body as RunRecord, watcher, mover);
    if (readNumber(places.shell) === undefined) {
      // The last supervisor died before it came to starting the shell: whoever asked for the run asks again.
      run.forget();
      return err("cancelled", `run ${runId} was never started`);
    }
    if (run.#record.boot === bootId()) run.#takeOver();
    return ok(run);
  }

  /** Looks whether the task has ended; called when the folder of the runs changes and now and then. */
  check(): void {
    if (this.#exit !== undefined) return;
    this.#findTask();
    const status = readNumber(this.#places.exit) ?? this.#shellStatus;
    if (status !== undefined) return this.#end(this.#exitOf(status));
    if (this.#isUnwatched()) this.#end(unknownExit(this.#record.boot));
  }

  signal(signal: number): Result<void> {
    this.#findTask();
    if (this.#exit !== undefined || this.#task === undefined)
      return err("not_found", `run ${this.#record.runId} has ended`);
    if (!this.#record.sentSignals.includes(signal)) {
      this.#record = { ...this.#record, sentSignals: [...this.#record.sentSignals, signal] };
      this.#save();
    }
    return sendSignal(this.#task, signal);
  }

  /** Removes every trace. */
  forget(): void {
    const { base, stdout, stderr, record, shell, pid, exit } = this.#places;
    for (const path of [stdout, stderr, shell, pid, exit, `${base}.exit.new`, record]) rmSync(path, { force: true });
  }

  /** Pipes that a supervisor made which then died are as good as new ones: nobody has written to them. */
  async #makePipes(tools: RunTools): Promise<void> {
    const { stdout, stderr } = this.#record;
    const wanted = [...(stdout ? [this.#places.stdout] : []), ...(stderr ? [this.#places.stderr] : [])];
    for (const path of wanted) {
      if (isPipe(path)) continue;
      const make = promisify(execFile)(tools.mkfifo, ["-m", "600", path]);
      await make.catch((error: unknown) => {
        if (!isPipe(path)) throw error;
      });
    }
  }

  #openPipes(): void {
    const lost = (bytes: number, cause: string): void => this.#lost(bytes, cause);
    const { stdout, stderr } = this.#record;
    if (stdout) this.#pipes.push(new Pipe(this.#places.stdout, stdout, this.#mover, lost));
    if (stderr) this.#pipes.push(new Pipe(this.#places.stderr, stderr, this.#mover, lost));
  }

  /** A full disk refuses every chunk: one message in a while says what they amount to. */
  #lost(bytes: number, cause: string): void {
    this.#lostBytes += bytes;
    if (performance.now() < this.#quietUntilMs) return;
    this.#watcher.outputLost(this.#record.runId, this.#lostBytes, cause);
    this.#lostBytes = 0;
    this.#quietUntilMs = performance.now() + LOST_EVERY_MS;
  }

  async #launch(request: RunRequest, tools: RunTools): Promise<Result<void>> {
    const saved = this.#save();
    if (!saved.ok) return saved;
    const child = spawn("/bin/sh", this.#shellArguments(request, tools), {
      cwd: request.cwd,
      env: { ...request.env },
      detached: true,
      stdio: "ignore",
    });
    const failed = await spawnFailure(child);
    if (failed) return err("io", `cannot start a shell in ${request.cwd}: ${failed.message}`, { cause: failed });
    child.on("exit", (status) => this.#shellEnded(status));
    this.#record = { ...this.#record, shell: identify(child.pid as number) ?? null };
    this.#save();
    return this.#awaitPid(child);
  }

  #shellArguments(request: RunRequest, tools: RunTools): string[] {
    const stdout = request.stdout === null ? "/dev/null" : this.#places.stdout;
    const stderr = request.stderr === null ? "/dev/null" : this.#places.stderr;
    return ["-c", shellLine(tools), this.#places.base, stdout, stderr, request.command, ...request.args];
  }

  async #awaitPid(child: ChildProcess): Promise<Result<void>> {
    for (let waitedMs = 0; waitedMs < PID_WAIT_MS; waitedMs += 2) {
      this.#findTask();
      if (this.#pid !== 0) return ok(undefined);
      if (child.exitCode !== null)
        return err("io", "the shell around the task cannot write to the supervisor's folder");
      await sleep(2);
    }
    return err("timeout", "the shell around the task did not say the task's pid");
  }

  #shellEnded(status: number | null): void {
    if (status !== null) this.#shellStatus = status;
    this.check();
  }

  #takeOver(): void {
    if (existsSync(this.#places.stdout) || existsSync(this.#places.stderr)) this.#openPipes();
    const shellPid = readNumber(this.#places.shell);
    if (this.#record.shell === null && shellPid !== undefined)
      this.#record = { ...this.#record, shell: identify(shellPid) ?? null };
    this.#findTask();
  }

  /** The task's shell writes its pid a moment after the shell itself was started. */
  #findTask(): void {
    if (this.#pid !== 0) return;
    this.#pid = readNumber(this.#places.pid) ?? 0;
    if (this.#pid !== 0) this.#task = identify(this.#pid);
  }

  /** Its shell is gone and so is the task; a task that lost only its shell runs on, with an end that nobody will see. */
  #isUnwatched(): boolean {
    if (this.#record.boot !== bootId()) return true;
    const isHeld = this.#record.shell !== null && isSame(this.#record.shell);
    return !isHeld && !(this.#task !== undefined && isSame(this.#task));
  }

  #exitOf(status: number): RunExit {
    const signal = status - 128;
    return { code: status, signal: this.#record.sentSignals.includes(signal) ? signal : 0 };
  }

  /** The task's last words first, then whatever is left of its process group, then the news. */
  #end(exit: RunExit): void {
    this.#exit = exit;
    this.#closePipes();
    if (this.#record.shell) sendToGroup(this.#record.shell, SIGKILL);
    this.#watcher.exited(this);
  }

  #closePipes(): void {
    for (const pipe of this.#pipes) pipe.drainAndClose();
    this.#pipes = [];
  }

  #abandon(): void {
    this.#closePipes();
    if (this.#record.shell) sendToGroup(this.#record.shell, SIGKILL);
    this.forget();
  }

  #save(): Result<void> {
    return writeChecked(this.#places.record, RECORD_VERSIONS.current, this.#record);
  }
}

function unknownExit(boot: string): RunExit {
  const cause =
    boot === bootId()
      ? "the shell that watched the task was killed, its exit status is lost"
      : "the machine was restarted, the exit status is lost";
  return { code: -1, signal: 0, unknownCause: cause };
}

function isPipe(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.isFIFO() === true;
}

/** A whole number on a line of its own; undefined while the line is not complete. */
function readNumber(path: string): number | undefined {
  try {
    const text = readFileSync(path, "utf8");
    return /^\d+\n$/.test(text) ? Number(text) : undefined;
  } catch {
    return undefined;
  }
}

function spawnFailure(child: ChildProcess): Promise<Error | undefined> {
  return new Promise((resolve) => {
    child.once("spawn", () => resolve(undefined));
    child.once("error", resolve);
  });
}
