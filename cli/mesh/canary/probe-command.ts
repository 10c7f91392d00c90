import { type ChildProcess, spawn } from "node:child_process";
import { type CheckOutcome, type CommandSource, outcomeOfExit } from "#core/delivery";
import type { ProbeContext } from "./probe-http.ts";
import { lastLine } from "./said.ts";

const OUTPUT_MAX = 16 * 1024;
/** From SIGTERM to SIGKILL. */
const GRACE_MS = 1_000;
/** What has been written is read after the end; what a left-over process writes is not waited for. */
const DRAIN_MS = 100;

/** Runs a program in a process group of its own; the group ends with it, at its time-out, or when nobody waits any more. */
export function probeCommand(source: CommandSource, context: ProbeContext): Promise<CheckOutcome> {
  return new Promise((resolve) => new CommandRun(source, context, resolve).start());
}

class CommandRun {
  readonly #source: CommandSource;
  readonly #context: ProbeContext;
  readonly #resolve: (outcome: CheckOutcome) => void;
  #child: ChildProcess | undefined;
  #output = "";
  #isLate = false;

  constructor(source: CommandSource, context: ProbeContext, resolve: (outcome: CheckOutcome) => void) {
    this.#source = source;
    this.#context = context;
    this.#resolve = resolve;
  }

  start(): void {
    const [program = "", ...args] = this.#source.args;
    const { env, timers, timeoutMs, signal } = this.#context;
    try {
      this.#child = spawn(program, args, { stdio: ["ignore", "pipe", "pipe"], detached: true, env });
    } catch (error) {
      return this.#unstarted(error as NodeJS.ErrnoException);
    }
    const stop = (): void => this.#stop();
    const timer = timers.after(timeoutMs, () => {
      this.#isLate = true;
      stop();
    });
    signal.addEventListener("abort", stop, { once: true });
    const forget = (): void => {
      timer.cancel();
      signal.removeEventListener("abort", stop);
    };
    this.#listen(this.#child, forget);
  }

  #listen(child: ChildProcess, forget: () => void): void {
    for (const stream of [child.stdout, child.stderr])
      stream?.on("data", (chunk: Buffer) => {
        this.#output = (this.#output + chunk.toString("utf8")).slice(-OUTPUT_MAX);
      });
    child.once("error", (error: NodeJS.ErrnoException) => {
      forget();
      this.#unstarted(error);
    });
    child.once("exit", (code, signal) => {
      forget();
      this.#kill("SIGKILL");
      const end = (): void => this.#end(code, signal);
      const timer = this.#context.timers.after(DRAIN_MS, end);
      child.once("close", () => {
        timer.cancel();
        end();
      });
    });
  }

  #stop(): void {
    this.#kill("SIGTERM");
    this.#context.timers.after(GRACE_MS, () => {
      if (this.#child?.exitCode === null && this.#child.signalCode === null) this.#kill("SIGKILL");
    });
  }

  /** The whole group; it may have ended already. */
  #kill(signal: NodeJS.Signals): void {
    const pid = this.#child?.pid;
    if (pid === undefined) return;
    try {
      process.kill(-pid, signal);
    } catch {
      // Nobody of it is left.
    }
  }

  #end(code: number | null, signal: string | null): void {
    this.#child?.stdout?.destroy();
    this.#child?.stderr?.destroy();
    const said = lastLine(this.#output);
    if (!this.#isLate) return this.#resolve(outcomeOfExit(code, signal, said));
    const reason = `not ended within ${this.#context.timeoutMs / 1000} s${said === "" ? "" : `: ${said}`}`;
    this.#resolve({ verdict: "inconclusive", reason });
  }

  #unstarted({ code }: NodeJS.ErrnoException): void {
    this.#resolve({ verdict: "inconclusive", reason: `${this.#source.args[0]} cannot be started: ${code}` });
  }
}
