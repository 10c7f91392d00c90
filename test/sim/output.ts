import { execFileSync } from "node:child_process";

/** Where the sim command writes; handed in so that tests see it. */
export interface SimOutput {
  write(text: string): void;
}

export const exitCodes = { clean: 0, usage: 1, safety: 2, liveness: 3, crash: 4, void: 5 } as const;

/** Where shrunk failures are left. */
export const FAILURE_FOLDER = "sim-failures";

/** Why a run failed, as the exit codes tell it apart. */
export interface Failing {
  readonly type: "safety" | "liveness" | "crash";
  readonly message: string;
}

export function currentCommit(): string {
  try {
    return execFileSync("git", ["rev-parse", "--short", "HEAD"], {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    }).trim();
  } catch {
    return "unknown";
  }
}
