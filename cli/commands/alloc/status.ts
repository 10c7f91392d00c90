import type { Allocation, AllocatedTaskResources, TaskState } from "#core/model";
import { ago, columns, idShower, keyValues, timestamp } from "#cli/render";
import { answerFlags, type Command, type Context, fail, failUsage, showAnswer, uiHint, wantsAnswer } from "#cli/shell";
import { findAllocation, isTooShort } from "./find.ts";

export const command: Command = {
  path: ["alloc", "status"],
  aliases: [["alloc-status"]],
  summary: "Display allocation status information and metadata",
  usage: "[options] <allocation>",
  help: "Shows an allocation, its tasks, and what happened to each.",
  usesApi: true,
  flags: [
    ...answerFlags,
    { name: "short", type: "bool", help: "Shows a line a task." },
    { name: "stats", type: "bool", help: "Shows resource usage in detail." },
    { name: "verbose", type: "bool", help: "Shows ids and times in full, and how the node was chosen." },
  ],
  run: (context) => runAllocStatus(context),
};

const USAGE =
  "This command takes one of the following argument conditions:\n * A single <allocation>\n * No arguments, with output format specified";

export async function runAllocStatus(context: Context): Promise<number> {
  const { args, flags, io } = context;
  const wanted = args[0];
  if (wanted === undefined && wantsAnswer(context)) return printAll(context);
  if (wanted === undefined || args.length > 1) return failUsage(context, USAGE);
  if (isTooShort(wanted)) {
    io.err("Identifier must contain at least two characters.\n");
    return 1;
  }
  const found = await findAllocation(context, wanted);
  if (!found.ok) return fail(context, "", found.failure);
  if (wantsAnswer(context)) return printOne(context, found.value);
  io.out(
    `${flags.bool("short") ? short(found.value, context.nowMs()) : full(found.value, flags.bool("verbose"), context.nowMs())}\n`,
  );
  uiHint(context, "View allocation details", `allocations/${found.value.id}`);
  return 0;
}

async function printAll(context: Context): Promise<number> {
  const answer = await context.api.call("allocations.list");
  const prefix = "Error querying allocations: ";
  return answer.ok ? showAnswer(context, answer.value.body, prefix) : fail(context, prefix, answer.failure);
}

async function printOne(context: Context, { id, namespace }: Allocation): Promise<number> {
  const answer = await context.api.call("allocation.read", { params: { id }, query: { namespace } });
  const prefix = "Error querying allocation: ";
  return answer.ok ? showAnswer(context, answer.value.body, prefix) : fail(context, prefix, answer.failure);
}

function short(alloc: Allocation, nowMs: number): string {
  const head = keyValues([
    ["ID", alloc.id],
    ["Name", alloc.name],
    ["Created", ago(alloc.createTimeMs, nowMs)],
    ["Modified", ago(alloc.modifyTimeMs, nowMs)],
  ]);
  const rows = taskNames(alloc).map((name) => {
    const state = alloc.taskStates?.[name];
    const last = state?.events?.at(-1);
    return [
      name,
      state?.state ?? "",
      last?.type ?? "",
      last ? timestamp(last.timeMs) : "",
      alloc.allocatedResources?.taskLifecycles?.[name]?.hook ?? "main",
    ];
  });
  return `${head}\n\nTasks\n${columns([["Name", "State", "Last Event", "Time", "Lifecycle"], ...rows])}`;
}

function taskNames(alloc: Allocation): string[] {
  return Object.keys(alloc.taskStates ?? {}).sort((left, right) => (left < right ? -1 : 1));
}

function full(alloc: Allocation, verbose: boolean, nowMs: number): string {
  const parts = [basics(alloc, verbose, nowMs)];
  const ports = portTable(alloc);
  if (ports !== undefined) parts.push(ports);
  for (const name of taskNames(alloc)) parts.push(taskPart(alloc, name));
  if (verbose) parts.push(...placement(alloc));
  return parts.join("\n\n");
}

function basics(alloc: Allocation, verbose: boolean, nowMs: number): string {
  const show = idShower(verbose);
  const time = verbose ? timestamp : (timeMs: number) => ago(timeMs, nowMs);
  const { metrics } = alloc;
  const pairs: (readonly [string, string | number])[] = [
    ["ID", alloc.id],
    ["Eval ID", show(alloc.evalId)],
    ["Name", alloc.name],
    ["Node ID", show(alloc.nodeId)],
    ["Node Name", alloc.nodeName],
    ["Job ID", alloc.jobId],
    ["Job Version", alloc.job?.version ?? 0],
    ["Client Status", alloc.clientStatus],
    ["Client Description", alloc.clientDescription],
    ["Desired Status", alloc.desiredStatus],
    ["Desired Description", alloc.desiredDescription],
    ["Created", time(alloc.createTimeMs)],
    ["Modified", time(alloc.modifyTimeMs)],
  ];
  if (alloc.nextAllocation !== "") pairs.push(["Replacement Alloc ID", show(alloc.nextAllocation)]);
  if (verbose && metrics) {
    pairs.push(
      ["Evaluated Nodes", metrics.nodesEvaluated],
      ["Filtered Nodes", metrics.nodesFiltered],
      ["Exhausted Nodes", metrics.nodesExhausted],
    );
    pairs.push(["Allocation Time", `${metrics.allocationTimeNs}ns`], ["Failures", metrics.coalescedFailures]);
  }
  return keyValues(pairs);
}

function portTable(alloc: Allocation): string | undefined {
  const ports = alloc.allocatedResources?.shared.ports ?? [];
  if (ports.length === 0) return undefined;
  const dynamic = new Set(
    (alloc.allocatedResources?.shared.networks ?? []).flatMap((network) =>
      (network.dynamicPorts ?? []).map((port) => port.label),
    ),
  );
  const rows = ports.map((port) => {
    const target = port.to > 0 ? ` -> ${port.to}` : "";
    return [`*${port.label}`, dynamic.has(port.label) ? "yes" : "", `${port.hostIp}:${port.value}${target}`];
  });
  return `Allocation Addresses:\n${columnsWithBlanks([["Label", "Dynamic", "Address"], ...rows])}`;
}

/** Columns in which an empty cell stays empty. */
function columnsWithBlanks(rows: readonly (readonly string[])[]): string {
  return columns(rows.map((row) => row.map((cell) => (cell === "" ? " " : cell))));
}

function taskPart(alloc: Allocation, name: string): string {
  const state = alloc.taskStates?.[name];
  const given = alloc.allocatedResources?.tasks?.[name];
  const parts = [`Task ${JSON.stringify(name)} is ${JSON.stringify(state?.state ?? "")}`];
  if (given) parts.push(`Task Resources:\n${resourceTable(alloc, given)}`);
  return `${parts.join("\n")}\n\n${state ? events(state) : ""}`.trimEnd();
}

function resourceTable(alloc: Allocation, given: AllocatedTaskResources): string {
  const disk = alloc.allocatedResources?.shared.diskMb ?? 0;
  const row = [`0/${given.cpu.cpuShares} MHz`, `0 B/${given.memory.memoryMb} MiB`, `${disk} MiB`, " "];
  return columns([["CPU", "Memory", "Disk", "Addresses"], row])
    .split("\n")
    .map((line) => line.trimEnd())
    .join("\n");
}

function events(state: TaskState): string {
  const time = (timeMs: number | null): string => (timeMs === null ? "N/A" : timestamp(timeMs));
  const head = keyValues([
    ["Started At", time(state.startedAtMs)],
    ["Finished At", time(state.finishedAtMs)],
    ["Total Restarts", state.restarts],
    ["Last Restart", time(state.lastRestartMs)],
  ]);
  const rows = (state.events ?? [])
    .toReversed()
    .map((event) => [timestamp(event.timeMs), event.type, event.displayMessage]);
  return `Task Events:\n${head}\n\nRecent Events:\n${columns([["Time", "Type", "Description"], ...rows])}`;
}

function placement(alloc: Allocation): string[] {
  const scores = alloc.metrics?.scoreMetaData ?? [];
  if (scores.length === 0) return [];
  const names = [...new Set(scores.flatMap((score) => Object.keys(score.scores ?? {})))].sort((left, right) =>
    left < right ? -1 : 1,
  );
  const rows = scores.map((score) => [
    score.nodeId,
    ...names.map((name) => short3(score.scores?.[name] ?? 0)),
    short3(score.normScore),
  ]);
  return [`Placement Metrics\n${columns([["Node", ...names, "final score"], ...rows])}`];
}

/** Three significant digits, without an exponent. */
function short3(value: number): string {
  return String(Number(value.toPrecision(3)));
}
