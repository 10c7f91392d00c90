import type { ApiClient, ApiResponse } from "#core/api";
import { type Failure, product, type Result } from "#core/base";
import type { Flags } from "./flags.ts";

/** Where a command writes and reads. */
export interface Io {
  out(text: string | Uint8Array): void;
  err(text: string): void;
  /** All of the standard input. */
  readAll(): Promise<string>;
  readonly isTerminal: boolean;
}

/** Streams the body of an answer as it comes. */
export type StreamCall = (
  path: string,
  signal: AbortSignal,
  onChunk: (bytes: Uint8Array) => void,
) => Promise<Result<ApiResponse>>;

/** What a command works with. */
export interface Context {
  readonly program: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly flags: Flags;
  readonly io: Io;
  readonly api: ApiClient;
  readonly stream: StreamCall;
  /** A request as it is, for `operator api`. */
  readonly send: (method: string, path: string, body: string | undefined) => Promise<Result<ApiResponse>>;
  readonly address: string;
  readonly namespace: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly nowMs: () => number;
  readonly sleep: (delayMs: number) => Promise<void>;
  /** Aborts on Ctrl-C. */
  readonly signal: AbortSignal;
}

/**
 * Says what went wrong on the error stream, with what to do below it (under the compatible name without: scripts compare
 * those texts); the exit code of a failed command.
 */
export function fail(context: Context, prefix: string, reason: Failure): number {
  context.io.err(`${prefix}${reason.message}\n`);
  const isCompatible = context.program === product.compatibleName;
  if (!isCompatible && reason.hint !== undefined && reason.hint !== "") context.io.err(`hint: ${reason.hint}\n`);
  return 1;
}

/** A mistake in how the command was called. */
export function failUsage(context: Context, message: string): number {
  context.io.err(`${message}\nFor additional help try '${context.program} ${context.command} -help'\n`);
  return 1;
}

/** Names the page of the web UI on the error stream, unless hints are turned off. */
export function uiHint(context: Context, what: string, path: string, end = ""): void {
  const wish = context.env["DROVER_CLI_SHOW_HINTS"] ?? context.env["NOMAD_CLI_SHOW_HINTS"];
  if (wish === "0" || wish === "false") return;
  context.io.err(`\n\n==> ${what} in the Web UI: ${context.address}/ui/${path}\n${end}`);
}
