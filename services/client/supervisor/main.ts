import { rmSync } from "node:fs";
import { supervisorPlaces } from "./places.ts";
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

await new Supervisor(places, () => {
  rmSync(places.socket, { force: true });
  rmSync(places.self, { force: true });
  process.exit(0);
}).open();
