import { writeSync } from "node:fs";
import { runCommand } from "./run.ts";
import type { Command } from "./command.ts";

/** Runs a command as this process: writes to its streams, leaves with its exit code. */
export async function runProcess(command: Command, argv: readonly string[], program: string): Promise<void> {
  const controller = new AbortController();
  if (!command.handlesSignals) endAtSecondInterrupt(controller);
  process.stdout.on("error", command.handlesSignals ? () => undefined : leaveQuietly);
  const code = await runCommand(command, argv, {
    program,
    env: process.env,
    signal: controller.signal,
    io: {
      out: (text) => writeAll(1, text),
      err: (text) => writeAll(2, text),
      readAll,
      isTerminal: process.stdout.isTTY,
    },
  });
  process.exitCode = code;
}

function endAtSecondInterrupt(controller: AbortController): void {
  process.once("SIGINT", () => {
    controller.abort();
    process.once("SIGINT", () => process.exit(130));
  });
}

/** Synchronous, so that nothing is lost when the process ends; a full pipe is waited for. */
function writeAll(descriptor: number, text: string | Uint8Array): void {
  const bytes = typeof text === "string" ? Buffer.from(text) : text;
  for (let at = 0; at < bytes.length; ) {
    try {
      at += writeSync(descriptor, bytes, at);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === "EPIPE") process.exit(0);
      if (code !== "EAGAIN") throw error;
    }
  }
}

function leaveQuietly(): void {
  process.exit(0);
}

async function readAll(): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of process.stdin) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString("utf8");
}
