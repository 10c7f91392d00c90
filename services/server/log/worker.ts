import { parentPort, workerData } from "node:worker_threads";
import { assert, compiledMemory } from "#core/base";
import { type LaidOutBatch, LogWriter, type Recovery } from "#core/log";
import { decodeCommand, type WorkerCommand } from "./command.ts";
import { RealDisk } from "./real-disk.ts";
import { Ring } from "./ring.ts";

/** What the worker is started with. */
export interface WorkerStart {
  readonly folder: string;
  readonly segmentBytes: number;
  readonly identity: { readonly clusterId: string; readonly serverId: string; readonly incarnation: number };
  readonly recovery: Recovery;
  readonly shared: SharedArrayBuffer;
}

/** What the worker reports. Anything it throws ends the process: see mod.ts. */
export type WorkerReport =
  | { readonly type: "ready" }
  /** So many commands are done; the last whole batch among them had this epoch. */
  | { readonly type: "done"; readonly commands: number; readonly epoch: number | undefined }
  /** The file for the next segment could not be prepared; the present one still has room. */
  | { readonly type: "low-space"; readonly message: string };

const GROUP_BYTES_MAX = 8 * 1024 * 1024;

assert(parentPort !== null, "worker.js runs as a worker thread");
const port = parentPort;
const start = workerData as WorkerStart;

function report(message: WorkerReport): void {
  port.postMessage(message);
}

/** Out of space is no failure while nothing has to be written: the service makes room and the next try succeeds. */
function prepare(writer: LogWriter): boolean {
  try {
    writer.prepare();
    return true;
  } catch (error) {
    if (!(error instanceof Error && "code" in error && (error.code === "ENOSPC" || error.code === "EDQUOT")))
      throw error;
    report({ type: "low-space", message: error.message });
    return false;
  }
}

/** One write and one sync for everything that waits. Returns false after `close`. */
function runGroup(writer: LogWriter, commands: readonly WorkerCommand[], consume: () => void): boolean {
  const batches: LaidOutBatch[] = [];
  let epoch: number | undefined;
  for (const command of commands) {
    if (command.type !== "append") continue;
    batches.push(command.batch);
    if (command.isComplete) epoch = command.batch.epoch;
  }
  if (batches.length > 0) writer.writeLaidOut(batches, Date.now());
  const releases = commands.map((command) => (command.type === "release" ? command.before : 0));
  const isClosing = commands.some((command) => command.type === "close");
  consume();
  if (batches.length > 0) writer.sync();
  report({ type: "done", commands: commands.length, epoch });
  const before = Math.max(0, ...releases);
  if (before > 0) writer.release(before);
  return !isClosing;
}

function run(): void {
  const disk = new RealDisk(start.folder);
  const ring = new Ring(start.shared);
  const writer = new LogWriter(disk, { ...start, memory: compiledMemory }, start.recovery, Date.now());
  let canPrepare = prepare(writer);
  report({ type: "ready" });
  for (;;) {
    const seen = ring.signal;
    const { messages, head } = ring.peek(GROUP_BYTES_MAX);
    if (messages.length === 0) {
      writer.mark();
      if (canPrepare) canPrepare = prepare(writer);
      ring.wait(seen);
      continue;
    }
    canPrepare = true;
    if (!runGroup(writer, messages.map(decodeCommand), () => ring.consume(head))) break;
  }
  writer.mark();
  disk.close();
}

run();
