import { err, ok } from "#core/base";
import type { ClientNode } from "#client/node";
import type { HttpPorts, LogsPort } from "#server/http";
import type { AgentOptions } from "./options.ts";
import type { SelfReport } from "./self.ts";
import type { Machine, ServerPart } from "./server-part.ts";
import { encodeFrame } from "./stream-frame.ts";
import { uiPage } from "./ui-page.ts";

/** What the HTTP API needs, from the parts of this agent. */
export function httpPorts(
  options: AgentOptions,
  server: ServerPart,
  client: () => ClientNode | undefined,
  self: SelfReport,
  machine: Machine,
): HttpPorts {
  const { consensus, watches, jobs } = server;
  return {
    state: {
      store: () => consensus.store,
      watches,
      contact: () => ({ knownLeader: consensus.leadership.leader !== undefined, lastContactMs: 0 }),
    },
    jobs: {
      parse: (request) => jobs.parse(request),
      admit: (job, context) => jobs.admit(job, context),
      validate: (job, context) => jobs.validate(job, context),
      plan: (admission, wantsDiff) => jobs.plan(admission, wantsDiff),
      revert: (reversion) => jobs.revert(reversion),
      register: (registration) => jobs.register(registration),
      deregister: (request) => jobs.deregister(request),
      evaluate: (namespace, jobId) => jobs.evaluate(namespace, jobId),
    },
    logs: logsPort(client),
    agent: {
      self: () => self.self(),
      members: () => self.members(),
      health: () => healthOf(server, client()),
      regions: () => [options.region],
      leaderAddress: () => (consensus.leadership.leader === undefined ? undefined : self.rpcAddress),
      peerAddresses: () => [self.rpcAddress],
    },
    collectGarbage: () => server.leader.collectGarbage(),
    timers: machine.timers,
    region: options.region,
    aclEnabled: options.settings.acl?.enabled ?? false,
    responseHeaders: options.settings.http_api_response_headers ?? {},
    uiPage: (file) => uiPage(file, { nodeName: options.nodeName, region: options.region, store: consensus.store }),
    report: (reason) =>
      machine.logger.log("error", reason.message, { stack: (reason.cause as Error | undefined)?.stack }),
  };
}

function healthOf(server: ServerPart, client: ClientNode | undefined): ReturnType<HttpPorts["agent"]["health"]> {
  const hasLeader = server.consensus.leadership.leader !== undefined;
  const part = { ok: hasLeader, message: hasLeader ? "ok" : "No cluster leader" };
  return client ? { server: part, client: { ok: true, message: "ok" } } : { server: part };
}

function logsPort(client: () => ClientNode | undefined): LogsPort {
  return {
    open(request, signal) {
      const node = client();
      if (!node) return Promise.resolve(err("not_found", "No path to node"));
      const { origin, offset, follow } = request;
      const of = { task: request.task, stream: request.type };
      const frames = node.commands.logs(request.allocId, of, { origin, offset, follow }, signal);
      return Promise.resolve(frames.ok ? ok(chunksOf(frames.value, request.plain)) : frames);
    },
  };
}

type Frames = Extract<ReturnType<ClientNode["commands"]["logs"]>, { ok: true }>["value"];

async function* chunksOf(frames: Frames, plain: boolean): AsyncGenerator<Uint8Array | string> {
  for await (const frame of frames) {
    if (!plain) yield encodeFrame(frame);
    else if (frame.data !== undefined) yield frame.data;
  }
}
