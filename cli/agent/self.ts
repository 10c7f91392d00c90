import { arch, cpus, platform, release } from "node:os";
import { product } from "#core/base";
import type { ClientNode } from "#client/node";
import { isAny } from "./client-part.ts";
import type { AgentOptions } from "./options.ts";
import type { ServerPart } from "./server-part.ts";

export interface SelfParts {
  readonly server?: ServerPart;
  readonly client: () => ClientNode | undefined;
  /** Of an agent without a server. */
  readonly link?: { readonly servers: readonly string[] };
}

/** What this agent says of itself: the bodies of `/v1/agent/self` and `/v1/agent/members`. */
export class SelfReport {
  readonly #options: AgentOptions;
  readonly #server: ServerPart | undefined;
  readonly #client: () => ClientNode | undefined;
  readonly #link: { readonly servers: readonly string[] } | undefined;

  constructor(options: AgentOptions, { server, client, link }: SelfParts) {
    this.#options = options;
    this.#server = server;
    this.#client = client;
    this.#link = link;
  }

  self(): string {
    const member = this.#server ? this.#member(this.#server) : noMember;
    return JSON.stringify({ config: this.#config(), member, stats: this.#stats() });
  }

  members(): string {
    const { nodeName, region, datacenter } = this.#options;
    return JSON.stringify({
      ServerName: nodeName,
      ServerRegion: region,
      ServerDC: datacenter,
      Members: this.#server ? [this.#member(this.#server)] : [],
    });
  }

  get rpcAddress(): string {
    return `${this.#host}:${this.#options.ports.rpc}`;
  }

  get #host(): string {
    return isAny(this.#options.bindAddress) ? "127.0.0.1" : this.#options.bindAddress;
  }

  #member(server: ServerPart): Record<string, unknown> {
    const { nodeName, region, datacenter, ports } = this.#options;
    const tags = {
      bootstrap: "1",
      build: product.compatibleVersion,
      dc: datacenter,
      expect: "1",
      id: server.identity.serverId,
      port: String(ports.rpc),
      raft_vsn: "3",
      region,
      revision: "",
      role: product.compatibleName,
      rpc_addr: this.#host,
      vsn: "1",
    };
    const protocol = { ProtocolMin: 1, ProtocolMax: 5, ProtocolCur: 2, DelegateMin: 2, DelegateMax: 5, DelegateCur: 4 };
    return {
      Name: `${nodeName}.${region}`,
      Addr: this.#host,
      Port: ports.serf,
      Tags: tags,
      Status: "alive",
      ...protocol,
    };
  }

  #config(): Record<string, unknown> {
    const options = this.#options;
    const { settings } = options;
    const { http, rpc, serf } = options.ports;
    return {
      ACL: { Enabled: false },
      Addresses: { HTTP: options.httpAddress, RPC: options.bindAddress, Serf: options.bindAddress },
      AdvertiseAddrs: { HTTP: `${this.#host}:${http}`, RPC: `${this.#host}:${rpc}`, Serf: `${this.#host}:${serf}` },
      Audit: {},
      Autopilot: {},
      BindAddr: options.bindAddress,
      Client: { Enabled: options.clientEnabled },
      ConfigPaths: [],
      Consuls: [],
      DataDir: options.isDev ? "" : options.dataDir,
      Datacenter: options.datacenter,
      DevMode: options.isDev,
      DisableAnonymousSignature: settings.disable_anonymous_signature ?? false,
      DisableUpdateCheck: settings.disable_update_check ?? false,
      EnableDebug: false,
      EnableSyslog: false,
      Eventlog: {},
      Files: [],
      HTTPAPIResponseHeaders: settings.http_api_response_headers ?? {},
      KEKProviders: null,
      LeaveOnInt: options.leaveOnInterrupt,
      LeaveOnTerm: options.leaveOnTerminate,
      Limits: {},
      LogFile: "",
      LogIncludeLocation: false,
      LogJson: options.logJson,
      LogLevel: options.logLevel.toUpperCase(),
      LogRotateBytes: 0,
      LogRotateDuration: "",
      LogRotateMaxFiles: 0,
      NodeName: options.nodeName,
      PluginDir: "",
      Plugins: [],
      Ports: { HTTP: http, RPC: rpc, Serf: serf },
      RPC: {},
      Region: options.region,
      Reporting: {},
      Sentinel: {},
      Server: { Enabled: options.serverEnabled, BootstrapExpect: 1 },
      SyslogFacility: "LOCAL0",
      TLSConfig: {},
      Telemetry: {},
      UI: { Enabled: true },
      Vaults: [],
      Version: {
        Version: product.compatibleVersion,
        Revision: "",
        VersionPrerelease: "",
        VersionMetadata: "",
        Drover: product.version,
      },
    };
  }

  #stats(): Record<string, Record<string, string>> {
    const runtime = {
      arch: arch(),
      cpu_count: String(cpus().length),
      goroutines: "1",
      "kernel.name": platform(),
      max_procs: String(cpus().length),
      version: `node ${process.version} ${release()}`,
    };
    if (!this.#server) return { ...this.#clientStats(), runtime };
    const { leadership } = this.#server.consensus;
    const region = {
      bootstrap: "true",
      known_regions: "1",
      leader: String(leadership.isLeader),
      leader_addr: this.rpcAddress,
      server: "true",
    };
    return { ...this.#clientStats(), nomad: region, raft: raftStats(this.#server), runtime, serf: serfStats };
  }

  #clientStats(): Record<string, Record<string, string>> {
    const client = this.#client();
    if (!client) return {};
    const { size } = client.allocations;
    return {
      client: {
        heartbeat_ttl: "10s",
        known_servers: this.#link?.servers.join(",") ?? this.rpcAddress,
        last_heartbeat: "0s",
        node_id: client.node.id,
        num_allocations: String(size),
      },
    };
  }
}

function raftStats(server: ServerPart): Record<string, string> {
  const status = server.consensus.status();
  const voters = status.configuration.members.map(({ id, address }) => `${id}@${address}`);
  return {
    applied_index: String(status.appliedIndex),
    commit_index: String(status.commitIndex),
    fsm_pending: "0",
    last_contact: String(status.lastContactMs ?? "never"),
    last_log_index: String(status.lastIndex),
    last_log_term: String(status.lastTerm),
    last_snapshot_index: String(status.baseIndex),
    last_snapshot_term: "0",
    latest_configuration: voters.join(","),
    latest_configuration_index: String(status.configurationIndex),
    logstore_backend: "wal",
    num_peers: String(voters.length - 1),
    protocol_version: "3",
    protocol_version_max: "3",
    protocol_version_min: "0",
    snapshot_version_max: "1",
    snapshot_version_min: "0",
    state: status.role === "leader" ? "Leader" : "Follower",
    term: String(status.term),
  };
}

/** An agent without a server is no member of the gossip. */
const noMember = {
  Name: "",
  Addr: null,
  Port: 0,
  Tags: null,
  Status: "none",
  ProtocolMin: 0,
  ProtocolMax: 0,
  ProtocolCur: 0,
  DelegateMin: 0,
  DelegateMax: 0,
  DelegateCur: 0,
};

/** Gossip has one member until servers are joined. */
const serfStats = {
  coordinate_resets: "0",
  encrypted: "false",
  event_queue: "0",
  event_time: "1",
  failed: "0",
  health_score: "0",
  intent_queue: "0",
  left: "0",
  member_time: "1",
  members: "1",
  query_queue: "0",
  query_time: "1",
};
