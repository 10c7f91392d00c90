import { parentPort } from "node:worker_threads";
import { runSeeds } from "./campaign.ts";
import type { SeedResult } from "./run.ts";
import type { Profile } from "./swarm.ts";

/** Some seeds for one thread to run. */
export interface ChunkTask {
  readonly from: number;
  readonly count: number;
  readonly profile: Profile | "all";
}

parentPort?.on("message", (task: ChunkTask) => {
  const results: SeedResult[] = [];
  runSeeds(task.from, task.count, task.profile, (result) => {
    results.push(result);
    return result.failure === undefined;
  });
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a worker thread, not a window
  parentPort?.postMessage(results);
});
