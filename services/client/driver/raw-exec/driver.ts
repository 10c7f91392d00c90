import { constants } from "node:os";
import { err, ok, type Result } from "#core/base";
import type { Exit } from "#core/runner";
import type {
  Driver,
  DriverFingerprint,
  LaunchRequest,
  LogTarget,
  RunWatcher,
  StartResult,
  TaskUsage,
} from "#client/driver/contract";
import { findUser, signalNumber } from "#client/process";
import type { OutputRules, RunExit, RunListener, SupervisorLink } from "#client/supervisor";
import { findBinary } from "./binary.ts";
import { parseConfig, type RawExecConfig } from "./config.ts";
import { withoutDenied } from "./env.ts";
import { groupUsage } from "./usage.ts";
import { becomeUser } from "./user.ts";

export interface RawExecOptions {
  readonly supervisor: SupervisorLink;
  /** `plugin "raw_exec" { config { enabled = true } }`; off unless somebody asked for it, as commands are not confined. */
  readonly enabled: boolean;
  readonly deniedEnvvars?: readonly string[] | undefined;
  readonly ownUid: number;
}

/** How the compatible API words a command that could not be started. */
const LAUNCH_FAILED = "failed to launch command with executor: rpc error: code = Unknown desc = ";

/** Runs commands as processes of this machine, without isolation. */
export class RawExecDriver implements Driver {
  readonly name = "raw_exec";
  readonly defaultKillSignal = "SIGINT";
  readonly #options: RawExecOptions;
  readonly #pids = new Map<string, number>();

  constructor(options: RawExecOptions) {
    this.#options = options;
  }

  fingerprint(): Promise<DriverFingerprint> {
    if (!this.#options.enabled)
      return Promise.resolve({ detected: false, healthy: false, description: "disabled", attributes: {} });
    const attributes = { "driver.raw_exec": "1" };
    return Promise.resolve({ detected: true, healthy: true, description: "Healthy", attributes });
  }

  async start(request: LaunchRequest, watcher: RunWatcher): Promise<StartResult> {
    const command = this.#commandOf(request);
    if (!command.ok) return { ok: false, failure: { message: command.failure.message, recoverable: false } };
    const { words, cwd, denied } = command.value;
    const started = await this.#options.supervisor.start(
      {
        runId: request.runId,
        command: words[0] as string,
        args: words.slice(1),
        cwd,
        env: withoutDenied(request.env, denied),
        stdout: outputRules(request.logs, "stdout"),
        stderr: outputRules(request.logs, "stderr"),
      },
      this.#listener(request.runId, watcher),
    );
    if (!started.ok)
      return { ok: false, failure: { message: LAUNCH_FAILED + started.failure.message, recoverable: true } };
    this.#pids.set(request.runId, started.value.pid);
    return { ok: true, pid: started.value.pid };
  }

  async recover(runId: string, watcher: RunWatcher): Promise<Result<{ readonly pid: number }>> {
    const attached = await this.#options.supervisor.attach(runId, this.#listener(runId, watcher));
    if (!attached.ok) return attached;
    this.#pids.set(runId, attached.value.pid);
    return ok({ pid: attached.value.pid });
  }

  /** A name that this system does not know interrupts, as the compatible driver has it. */
  signal(runId: string, signal: string): Promise<Result<void>> {
    const number = signalNumber(signal) ?? constants.signals.SIGINT;
    return this.#options.supervisor.signal(runId, number);
  }

  async release(runId: string): Promise<void> {
    this.#pids.delete(runId);
    await this.#options.supervisor.release(runId);
  }

  async forgetOthers(claimed: ReadonlySet<string>): Promise<void> {
    const { supervisor } = this.#options;
    if (!supervisor.hasRuns) return;
    const listed = await supervisor.list();
    for (const { runId, exit } of listed.ok ? listed.value : []) {
      if (claimed.has(runId)) continue;
      if (exit) await supervisor.release(runId);
      else await this.#endUnclaimed(runId);
    }
  }

  usage(runId: string): Result<TaskUsage> {
    const pid = this.#pids.get(runId);
    return pid === undefined ? err("not_found", `no run ${runId}`) : groupUsage(pid);
  }

  async #endUnclaimed(runId: string): Promise<void> {
    const { supervisor } = this.#options;
    const attached = await supervisor.attach(runId, { exited: () => void supervisor.release(runId) });
    if (attached.ok) await supervisor.signal(runId, constants.signals.SIGKILL);
  }

  #commandOf(request: LaunchRequest): Result<{ words: string[]; cwd: string; denied: readonly string[] }> {
    const parsed = parseConfig(request.config);
    if (!parsed.ok) return err("invalid", `failed to parse config: ${parsed.failure.message}`);
    const config = parsed.value;
    const prefix = this.#userPrefix(request.user);
    if (!prefix.ok) return err(prefix.failure.code, LAUNCH_FAILED + prefix.failure.message);
    const binary = findBinary({
      command: config.command,
      taskDirectory: request.taskDirectory,
      path: request.env["PATH"] ?? "",
      uid: prefix.value.uid,
    });
    if (!binary.ok) return err(binary.failure.code, LAUNCH_FAILED + binary.failure.message);
    return ok({
      words: [...oomWords(config), ...prefix.value.words, binary.value, ...config.args],
      cwd: config.workDir === "" ? request.taskDirectory : config.workDir,
      denied: [...(this.#options.deniedEnvvars ?? []), ...config.deniedEnvvars],
    });
  }

  #userPrefix(user: string): Result<{ words: readonly string[]; uid: number }> {
    const { ownUid } = this.#options;
    if (user === "") return ok({ words: [], uid: ownUid });
    const found = findUser(user);
    if (!found.ok) return found;
    const words = becomeUser(found.value, ownUid);
    return words.ok ? ok({ words: words.value, uid: found.value.uid }) : words;
  }

  #listener(runId: string, watcher: RunWatcher): RunListener {
    return {
      exited: (exit: RunExit) => watcher.exited(exitOf(exit)),
      outputLost: (bytes, cause) => watcher.noticed(`${bytes} bytes of output were lost: ${cause} (run ${runId})`),
    };
  }
}

function exitOf(exit: RunExit): Exit {
  return { code: exit.code, signal: exit.signal, oomKilled: false, unknownCause: exit.unknownCause };
}

function outputRules(logs: LogTarget, stream: string): OutputRules | null {
  if (logs.disabled) return null;
  const { directory, prefix, maxFiles, maxFileSizeBytes } = logs;
  return { directory, prefix: `${prefix}.${stream}`, maxFiles, maxFileSizeBytes };
}

/** A process sets its own score before it becomes the task; lowering it needs a privilege that root has. */
function oomWords(config: RawExecConfig): string[] {
  if (config.oomScoreAdj === undefined) return [];
  return ["/bin/sh", "-c", 'echo "$0" >/proc/self/oom_score_adj; exec "$@"', String(config.oomScoreAdj)];
}
