import { appendFileSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Allocation, Job } from "#core/model";
import { ClientNode } from "#client/node";
import { allocationOf, clientConfig, RememberingServers } from "./client.ts";
import { MemoryLogger, realClock, realRandom, realTimers } from "./machine.ts";

/**
 * A client in a process of its own, to be killed: `main.js DIRECTORY` runs the allocations of DIRECTORY/jobs.json
 * (`{id: job}`) and appends every status that it would send to DIRECTORY/statuses.jsonl.
 */
const directory = process.argv[2] as string;
const servers = new RememberingServers();
servers.onUpdate = (update) => appendFileSync(join(directory, "statuses.jsonl"), `${JSON.stringify(update)}\n`);

const jobs = JSON.parse(readFileSync(join(directory, "jobs.json"), "utf8")) as Readonly<Record<string, Job>>;
servers.place(...Object.entries(jobs).map(([id, job]): Allocation => allocationOf(id, job)));

const opened = await ClientNode.open({
  config: clientConfig(directory),
  clock: realClock,
  timers: realTimers,
  random: realRandom,
  logger: new MemoryLogger(),
  link: servers,
});
if (!opened.ok) throw new Error(opened.failure.message);
opened.value.start();
process.send?.("started");
process.on("SIGTERM", () => {
  const leaving = { stopTasks: true, killTimeoutCapMs: 1000, deadlineMs: 10_000, removeFiles: false };
  void opened.value.leave(leaving).then(() => process.exit(0));
});
