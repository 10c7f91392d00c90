import { err, ok, type Result } from "#core/base";

/**
 * What agent and supervisor say to each other over a unix socket: frames of a big-endian 32-bit length and that many
 * bytes of JSON. An agent talks to a supervisor that is one version older; a supervisor never meets an older agent for
 * long, because the agent replaces it once it holds no run.
 */
export const PROTOCOL_VERSION = 1;
export const PROTOCOL_OLDEST = 1;

export const FRAME_BYTES_MAX = 8 * 1024 * 1024;

/** Where a stream of a run goes; null discards it. */
export interface OutputRules {
  readonly directory: string;
  readonly prefix: string;
  readonly maxFiles: number;
  readonly maxFileSizeBytes: number;
}

export interface RunRequest {
  /** Names the run for ever; asking twice starts once. Only `[A-Za-z0-9_-]`, at most 64. */
  readonly runId: string;
  /** An absolute path. */
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  readonly stdout: OutputRules | null;
  readonly stderr: OutputRules | null;
}

/** How a run ended. `unknownCause` is set when nobody saw it. `signal` is only named if it was sent through us. */
export interface RunExit {
  readonly code: number;
  readonly signal: number;
  readonly unknownCause?: string | undefined;
}

export interface RunStatus {
  readonly runId: string;
  readonly pid: number;
  readonly exit?: RunExit | undefined;
}

export type Request =
  | { readonly op: "hello"; readonly protocol: number }
  | { readonly op: "start"; readonly run: RunRequest }
  | { readonly op: "signal"; readonly runId: string; readonly signal: number }
  | { readonly op: "list" }
  /** The end of the run is noted elsewhere: forget it. */
  | { readonly op: "release"; readonly runId: string }
  /** End if nothing runs. */
  | { readonly op: "leave" };

export type RequestFrame = Request & { readonly id: number };

export type Event =
  | { readonly event: "exited"; readonly status: RunStatus }
  | { readonly event: "output-lost"; readonly runId: string; readonly bytes: number; readonly cause: string };

export type Answer =
  | { readonly id: number; readonly ok: true; readonly value: unknown }
  | { readonly id: number; readonly ok: false; readonly message: string };

export interface Hello {
  readonly protocol: number;
  readonly version: string;
  readonly pid: number;
  readonly runs: number;
}

export function encodeFrame(message: RequestFrame | Answer | Event): Buffer {
  const body = Buffer.from(JSON.stringify(message), "utf8");
  const frame = Buffer.allocUnsafe(4 + body.length);
  frame.writeUInt32BE(body.length, 0);
  body.copy(frame, 4);
  return frame;
}

/** Cuts a byte stream into messages. A frame that is too long or no JSON ends the conversation. */
export class FrameReader {
  #parts: Buffer = Buffer.alloc(0);

  push(chunk: Buffer): Result<readonly unknown[]> {
    this.#parts = this.#parts.length === 0 ? chunk : Buffer.concat([this.#parts, chunk]);
    const messages: unknown[] = [];
    while (this.#parts.length >= 4) {
      const length = this.#parts.readUInt32BE(0);
      if (length > FRAME_BYTES_MAX) return err("too_large", `a frame of ${length} bytes`);
      if (this.#parts.length < 4 + length) break;
      const message = parse(this.#parts.subarray(4, 4 + length));
      if (!message.ok) return message;
      messages.push(message.value);
      this.#parts = this.#parts.subarray(4 + length);
    }
    return ok(messages);
  }
}

function parse(body: Buffer): Result<unknown> {
  try {
    return ok(JSON.parse(body.toString("utf8")) as unknown);
  } catch (cause) {
    return err("corrupt", "a frame that is no JSON", { cause: cause as Error });
  }
}
