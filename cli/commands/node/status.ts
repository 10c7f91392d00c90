import { AllocListStub, Allocation, Node, NodeListStub } from "#core/model";
import { err, type Result } from "#core/base";
import { allocationTable, columns, idShower, keyValues, searchablePrefix, timestamp } from "#cli/render";
import { answerFlags, type Command, type Context, fail, failUsage, showAnswer, uiHint, wantsAnswer } from "#cli/shell";

export const command: Command = {
  path: ["node", "status"],
  aliases: [["node-status"]],
  summary: "Display status information about nodes",
  usage: "[options] <node>",
  help: "Shows a node, its drivers, resources and allocations. Without an argument lists all nodes.",
  usesApi: true,
  flags: [
    { name: "allocs", type: "bool", help: "Counts the running allocations of each node." },
    { name: "filter", type: "text", value: "expression", help: "Lists nodes that the expression selects." },
    ...answerFlags,
    { name: "os", type: "bool", help: "Shows the operating system." },
    { name: "page-token", type: "text", value: "token", help: "Where the page begins." },
    { name: "per-page", type: "int", value: "count", help: "How many to list." },
    { name: "quiet", type: "bool", help: "Lists ids only." },
    { name: "self", type: "bool", help: "The node of the agent that is asked." },
    { name: "short", type: "bool", help: "Leaves out resources and events." },
    { name: "stats", type: "bool", help: "Shows resource usage in detail." },
    { name: "verbose", type: "bool", help: "Shows ids and times in full, attributes, and why a driver is not there." },
  ],
  run: (context) => runNodeStatus(context),
};

export async function runNodeStatus(context: Context): Promise<number> {
  const { args, flags, io } = context;
  if (args.length > 1) return failUsage(context, "This command takes either one or no arguments");
  const wanted = flags.bool("self") ? await ownNodeId(context) : args[0];
  if (wanted === undefined) return list(context);
  if (wanted.length < 2) {
    io.err("Identifier must contain at least two characters.\n");
    return 1;
  }
  return show(context, wanted);
}

async function ownNodeId(context: Context): Promise<string> {
  const self = await context.api.call("agent.self");
  const stats = self.ok
    ? (JSON.parse(self.value.body) as { stats?: { client?: { node_id?: string } } }).stats
    : undefined;
  return stats?.client?.node_id ?? "";
}

async function list(context: Context): Promise<number> {
  const { flags, io, api } = context;
  const query = {
    filter: flags.text("filter"),
    os: flags.bool("os") || undefined,
    per_page: flags.int("per-page"),
    next_token: flags.text("page-token"),
  };
  const answer = await api.call("nodes.list", { query });
  if (!answer.ok) return fail(context, "Error querying node status: ", answer.failure);
  if (wantsAnswer(context)) return showAnswer(context, answer.value.body, "");
  const nodes = await api.list("nodes.list", NodeListStub, { query });
  if (!nodes.ok) return fail(context, "Error querying node status: ", nodes.failure);
  if (nodes.value.length === 0) {
    io.out("No nodes registered\n");
    return 0;
  }
  if (flags.bool("quiet")) {
    io.out(`${nodes.value.map((node) => node.id).join("\n")}\n`);
    return 0;
  }
  io.out(`${await nodeTable(context, nodes.value)}\n`);
  uiHint(context, "View and manage Nomad clients", "clients");
  return 0;
}

async function nodeTable(context: Context, nodes: readonly NodeListStub[]): Promise<string> {
  const { flags } = context;
  const verbose = flags.bool("verbose");
  const show = idShower(verbose);
  const [withOs, withAllocs] = [flags.bool("os"), flags.bool("allocs")];
  const optional = <T>(wanted: boolean, cells: readonly T[]): readonly T[] => (wanted ? cells : []);
  const header = [
    "ID",
    "Node Pool",
    "DC",
    "Name",
    "Class",
    ...optional(verbose, ["Address", "Version"]),
    ...optional(withOs, ["OS"]),
    "Drain",
    "Eligibility",
    "Status",
    ...optional(withAllocs, ["Running Allocs"]),
  ];
  const rows: (string | number | boolean)[][] = [];
  for (const node of nodes) {
    const running = withAllocs ? await runningOn(context, node.id) : 0;
    const {
      nodePool,
      datacenter,
      name,
      nodeClass,
      address,
      version,
      attributes,
      drain,
      schedulingEligibility,
      status,
    } = node;
    const last = [drain, schedulingEligibility, status, ...optional(withAllocs, [running])];
    rows.push([
      show(node.id),
      nodePool,
      datacenter,
      name,
      nodeClass,
      ...optional(verbose, [address, version]),
      ...optional(withOs, [attributes?.["os.name"] ?? ""]),
      ...last,
    ]);
  }
  return columns([header, ...rows]);
}

async function runningOn(context: Context, nodeId: string): Promise<number> {
  const allocs = await context.api.list("node.allocations", Allocation, { params: { id: nodeId } });
  return allocs.ok ? allocs.value.filter((alloc) => alloc.clientStatus === "running").length : 0;
}

async function findNode(context: Context, wanted: string): Promise<Result<Node>> {
  const found = await context.api.list("nodes.list", NodeListStub, { query: { prefix: searchablePrefix(wanted) } });
  if (!found.ok)
    return { ok: false, failure: { ...found.failure, message: `Error querying node info: ${found.failure.message}` } };
  const matching = found.value.filter((node) => node.id.startsWith(wanted));
  if (matching.length === 0) return err("not_found", `No node(s) with prefix ${JSON.stringify(wanted)} found`);
  if (matching.length > 1)
    return err("invalid", `Prefix matched multiple nodes\n\n${await nodeTable(context, matching)}`);
  const node = await context.api.read("node.read", Node, { params: { id: (matching[0] as NodeListStub).id } });
  return node.ok
    ? node
    : { ok: false, failure: { ...node.failure, message: `Error querying node info: ${node.failure.message}` } };
}

async function show(context: Context, wanted: string): Promise<number> {
  const { flags, io } = context;
  const found = await findNode(context, wanted);
  if (!found.ok) return fail(context, "", found.failure);
  const node = found.value;
  if (wantsAnswer(context)) {
    const answer = await context.api.call("node.read", { params: { id: node.id } });
    return answer.ok
      ? showAnswer(context, answer.value.body, "")
      : fail(context, "Error querying node info: ", answer.failure);
  }
  const allocs = await context.api.list("node.allocations", AllocListStub, { params: { id: node.id } });
  if (!allocs.ok) return fail(context, "Error querying node allocations: ", allocs.failure);
  const parts = [basics(node)];
  if (!flags.bool("short")) parts.push(...details(node, allocs.value, flags.bool("verbose")));
  parts.push(`Allocations\n${allocationsOf(allocs.value, flags.bool("verbose"), context.nowMs())}`);
  if (flags.bool("verbose")) parts.push(`Attributes\n${mapTable(node.attributes)}`, `Meta\n${mapTable(node.meta)}`);
  io.out(`${parts.join("\n\n")}\n`);
  uiHint(context, "View client details and metrics", `clients/${node.id}`);
  return 0;
}

function basics(node: Node): string {
  const names = (map: Readonly<Record<string, unknown>> | null): string =>
    Object.keys(map ?? {})
      .sort((a, b) => (a < b ? -1 : 1))
      .join(",");
  const healthy = Object.entries(node.drivers ?? {}).filter(([, driver]) => driver.detected && driver.healthy);
  return keyValues([
    ["ID", node.id],
    ["Name", node.name],
    ["Node Pool", node.nodePool],
    ["Class", node.nodeClass],
    ["DC", node.datacenter],
    ["Drain", node.drainStrategy !== null],
    ["Eligibility", node.schedulingEligibility],
    ["Status", node.status],
    ["CSI Controllers", names(node.csiControllerPlugins)],
    ["CSI Drivers", names(node.csiNodePlugins)],
    ["Host Volumes", names(node.hostVolumes)],
    ["Host Networks", names(node.hostNetworks)],
    ["CSI Volumes", ""],
    ["Drivers", healthy.map(([name]) => name).join(",")],
  ]);
}

function details(node: Node, allocs: readonly AllocListStub[], verbose: boolean): string[] {
  const drivers = Object.entries(node.drivers ?? {}).toSorted(([left], [right]) => (left < right ? -1 : 1));
  const driverRows = drivers.map(([name, driver]) => [
    name,
    driver.detected,
    driver.healthy,
    driver.healthDescription,
    timestamp(driver.updateTimeMs),
  ]);
  const events = (node.events ?? [])
    .toReversed()
    .map((event) => [timestamp(event.timestampMs), event.subsystem, event.message]);
  const parts = [
    `Node Events\n${columns([["Time", "Subsystem", "Message"], ...events])}`,
    `Allocated Resources\n${allocatedTable(node, allocs)}`,
  ];
  if (verbose)
    parts.unshift(`Drivers\n${columns([["Driver", "Detected", "Healthy", "Message", "Time"], ...driverRows])}`);
  return parts;
}

function allocatedTable(node: Node, allocs: readonly AllocListStub[]): string {
  const live = allocs.filter(
    (alloc) => alloc.desiredStatus === "run" && (alloc.clientStatus === "running" || alloc.clientStatus === "pending"),
  );
  const given = live.flatMap((alloc) => Object.values(alloc.allocatedResources?.tasks ?? {}));
  const cpu = given.reduce((sum, task) => sum + task.cpu.cpuShares, 0);
  const memory = given.reduce((sum, task) => sum + task.memory.memoryMb, 0);
  const disk = live.reduce((sum, alloc) => sum + (alloc.allocatedResources?.shared.diskMb ?? 0), 0);
  const total = node.nodeResources;
  const row = [
    `${cpu}/${total?.cpu.cpuShares ?? 0} MHz`,
    `${memory} MiB/${total?.memory.memoryMb ?? 0} MiB`,
    `${disk} MiB/${total?.disk.diskMb ?? 0} MiB`,
    live.length,
  ];
  return columns([["CPU", "Memory", "Disk", "Alloc Count"], row]);
}

function allocationsOf(allocs: readonly AllocListStub[], verbose: boolean, nowMs: number): string {
  if (allocs.length === 0) return "No allocations placed";
  const newest = allocs.toSorted((left, right) => right.createIndex - left.createIndex);
  return allocationTable(newest, verbose, nowMs);
}

function mapTable(map: Readonly<Record<string, string>> | null): string {
  const pairs = Object.entries(map ?? {}).toSorted(([left], [right]) => (left < right ? -1 : 1));
  return pairs.length === 0 ? "<none>" : keyValues(pairs);
}
