import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { type ResourceLimits, Worker } from "node:worker_threads";
import { assert } from "#core/base";

/**
 * The built file of a worker or process entry, e.g. `services/server/log/worker.js`. Entries are always taken from
 * `dist`, also when the caller runs from source under vitest: a worker thread has no loader for TypeScript.
 */
export function builtEntry(path: string, from: string = import.meta.url): URL {
  const own = fileURLToPath(from);
  const parts = own.split("/");
  const home = parts.lastIndexOf("services");
  const root = parts[home - 1] === "dist" ? parts.slice(0, home - 1) : parts.slice(0, home);
  const url = new URL(`file://${root.join("/")}/dist/${path}`);
  assert(existsSync(url), () => `${url.pathname} is not built: run npm run build`);
  return url;
}

/** Starts a built entry as a worker thread; without the parent's flags, which name conditions for source files. */
export function startWorker(path: string, workerData: unknown, resourceLimits: ResourceLimits = {}): Worker {
  return new Worker(builtEntry(path), { workerData, execArgv: [], resourceLimits });
}
