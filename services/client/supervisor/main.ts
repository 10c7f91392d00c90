import { rmSync } from "node:fs";
import { linuxKernel } from "./kernel.ts";
import type { Mover } from "./pipe.ts";
import { supervisorPlaces } from "./places.ts";
import { Readiness } from "./readiness.ts";
import { Supervisor } from "./server.ts";

/** `node main.js DIRECTORY`: one per node, detached; ends by itself when it has no runs and no agent. */
const directory = process.argv[2];
if (directory === undefined) {
  process.stderr.write("usage: main.js DIRECTORY\n");
  process.exit(2);
}
const places = supervisorPlaces(directory);
process.umask(0o022);
process.chdir("/");
process.title = "drover-supervisor";
for (const signal of ["SIGHUP", "SIGINT", "SIGPIPE"] as const) process.on(signal, () => {});

await new Supervisor(places, await findMover(), () => {
  rmSync(places.socket, { force: true });
  rmSync(places.self, { force: true });
  // An orderly exit would wait for the thread that waits for pipes, up to a second.
  process.kill(process.pid, "SIGKILL");
}).open();

/** Said in the log, because it is a promise less: without it a killed supervisor may take a piece of output with it. */
async function findMover(): Promise<Mover | undefined> {
  const kernel = await linuxKernel();
  if (kernel) return { kernel, readiness: new Readiness(kernel) };
  process.stderr.write("splice(2) is not at hand: output that is being copied is lost if this process is killed\n");
  return undefined;
}
