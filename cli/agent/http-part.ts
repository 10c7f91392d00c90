import { err, ok, type Result } from "#core/base";
import type { ClientNode } from "#client/node";
import type { HttpPorts, LogRequest, LogsPort } from "#server/http";
import type { NodeStreams } from "#server/rpc";
import type { AgentOptions } from "./options.ts";
import type { SelfReport } from "./self.ts";
import type { Machine, ServerPart } from "./server-part.ts";
import { encodeFrame } from "./stream-frame.ts";
import { uiPage } from "./ui-page.ts";

/** What the HTTP API needs, from the parts of this agent. */
export function httpPorts(
  options: AgentOptions,
  server: ServerPart,
  streams: NodeStreams,
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
      setStable: (mark) => jobs.setStable(mark),
      tag: (tagging) => jobs.tag(tagging),
      untag: (name) => jobs.untag(name),
      register: (registration) => jobs.register(registration),
      deregister: (request) => jobs.deregister(request),
      evaluate: (namespace, jobId) => jobs.evaluate(namespace, jobId),
    },
    logs: logsPort(server, streams, client),
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

/** Frames of a log, as both the own client and the node stream deliver them. */
interface Frame {
  readonly file: string;
  readonly offset: number;
  readonly data?: Uint8Array | null;
  readonly fileEvent?: string;
}

/** A log of the client in this process, or of the node that holds the allocation. */
function logsPort(server: ServerPart, streams: NodeStreams, client: () => ClientNode | undefined): LogsPort {
  return {
    async open(request, signal) {
      const { allocId } = request;
      const stored = server.consensus.store.allocations.get(allocId);
      if (!stored) return err("not_found", `Unknown allocation "${allocId}"`);
      const { nodeId } = stored.alloc;
      const own = client();
      const frames: Result<AsyncIterable<Frame>> =
        own?.node.id === nodeId ? ownLogs(own, request, signal) : await remoteLogs(streams, nodeId, request, signal);
      return frames.ok ? ok(chunksOf(frames.value, request.plain)) : frames;
    },
  };
}

function ownLogs(
  { commands }: ClientNode,
  { allocId, task, type, origin, offset, follow }: LogRequest,
  signal: AbortSignal,
): Result<AsyncIterable<Frame>> {
  return commands.logs(allocId, { task, stream: type }, { origin, offset, follow }, signal);
}

function remoteLogs(
  streams: NodeStreams,
  nodeId: string,
  { allocId, task, type: stream, origin, offset, follow }: LogRequest,
  signal: AbortSignal,
): Promise<Result<AsyncIterable<Frame>>> {
  return streams.logs(nodeId, { allocId, task, stream, origin, offset, follow }, signal);
}

async function* chunksOf(frames: AsyncIterable<Frame>, plain: boolean): AsyncGenerator<Uint8Array | string> {
  for await (const frame of frames) {
    if (!plain) yield encodeFrame(frame);
    else if (frame.data) yield frame.data;
  }
}
