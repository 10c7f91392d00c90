import { rmSync } from "node:fs";
import { type Failure, type Logger, ok, type Result } from "#core/base";
import type { ClientNode } from "#client/node";
import { HttpServer } from "#server/http";
import { openClient } from "./client-part.ts";
import { reapDeadDevRuns } from "./dead-dev-runs.ts";
import { type DataDirectory, devDirectory, openDataDirectory, serverIdentity } from "./data-directory.ts";
import { httpPorts } from "./http-part.ts";
import type { AgentOptions } from "./options.ts";
import { systemClock, systemRandom, systemTimers } from "./platform.ts";
import { SelfReport } from "./self.ts";
import { type Machine, openServer, type ServerPart } from "./server-part.ts";

const DEV_KILL_TIMEOUT_MS = 3000;
const LEAVE_DEADLINE_MS = 5000;
const LEADER_WAIT_MS = 5000;

/** A running agent. */
export interface Agent {
  readonly httpPort: number;
  readonly directory: DataDirectory;
  /** Leaves within five seconds: in `-dev` the tasks end and nothing stays, otherwise they keep running. */
  leave(): Promise<Result<void>>;
}

/** Starts server and client of one agent; what was already started is closed again when a later part fails. */
export async function startAgent(
  options: AgentOptions,
  logger: Logger,
  stop: (reason: Failure) => void,
): Promise<Result<Agent>> {
  if (options.isDev) await reapDeadDevRuns(systemTimers, logger);
  const root = options.isDev && options.dataDir === "" ? devDirectory() : options.dataDir;
  const { state_dir: state, alloc_dir: alloc } = options.settings.client ?? {};
  const directory = openDataDirectory(root, { state, alloc });
  if (!directory.ok) return directory;
  const machine: Machine = { clock: systemClock, timers: systemTimers, random: systemRandom, logger, stop };
  const identity = serverIdentity(directory.value, systemRandom);
  if (!identity.ok) return identity;
  const server = await openServer(options, directory.value, identity.value, machine);
  if (!server.ok) return server;
  const started = await startParts(options, directory.value, server.value, machine);
  if (!started.ok) await closeServer(server.value, options, directory.value);
  return started;
}

async function startParts(
  options: AgentOptions,
  directory: DataDirectory,
  server: ServerPart,
  machine: Machine,
): Promise<Result<Agent>> {
  const parts: { client?: ClientNode } = {};
  const self = new SelfReport(options, server, () => parts.client);
  const http = new HttpServer(httpPorts(options, server, () => parts.client, self, machine));
  const bound = await http.listen(options.httpAddress, options.ports.http);
  if (!bound.ok) return bound;
  server.consensus.start();
  await established(server, machine);
  if (options.clientEnabled) {
    const client = await openClient(options, directory, server.nodes, machine, machine.logger);
    if (!client.ok) {
      await http.close();
      return client;
    }
    parts.client = client.value;
    client.value.start();
  }
  const leave = (): Promise<Result<void>> => leaveAll(options, directory, { http, server, client: parts.client });
  return ok({ httpPort: bound.value, directory, leave });
}

/** A client that asks before there is a leader would only be told to come again. */
function established(server: ServerPart, { timers }: Machine): Promise<void> {
  return new Promise((resolve) => {
    if (server.consensus.leadership.isEstablished) return resolve();
    const timeout = timers.after(LEADER_WAIT_MS, resolve);
    server.consensus.onLeadership(({ isEstablished }) => {
      if (!isEstablished) return;
      timeout.cancel();
      resolve();
    });
  });
}

interface Parts {
  readonly http: HttpServer;
  readonly server: ServerPart;
  readonly client: ClientNode | undefined;
}

async function leaveAll(
  options: AgentOptions,
  directory: DataDirectory,
  { http, server, client }: Parts,
): Promise<Result<void>> {
  const isDev = options.isDev;
  const left = client
    ? await client.leave({
        stopTasks: isDev,
        killTimeoutCapMs: DEV_KILL_TIMEOUT_MS,
        deadlineMs: LEAVE_DEADLINE_MS,
        removeFiles: isDev,
      })
    : ok(undefined);
  await http.close();
  await closeServer(server, options, directory);
  return left;
}

async function closeServer(server: ServerPart, options: AgentOptions, directory: DataDirectory): Promise<void> {
  await server.close();
  if (options.isDev && options.dataDir === "") rmSync(directory.root, { recursive: true, force: true });
}
