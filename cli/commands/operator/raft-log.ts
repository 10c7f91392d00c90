import { existsSync, readdirSync, statSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { err, failureOf, ok, type Result } from "#core/base";
import { entryText } from "#core/fsm";
import {
  type InspectedRecord,
  inspectLog,
  type InspectSummary,
  segmentName,
  snapshotPositionOf,
  verifyLog,
} from "#core/log";
import { keyValues, timestamp } from "#cli/render";
import { type Command, type Context, fail, failUsage } from "#cli/shell";
import { ReadOnlyDisk } from "./read-only-disk.ts";

const KINDS = ["command", "noop", "configuration"] as const;

export const command: Command = {
  path: ["operator", "raft", "log"],
  summary: "Inspects the log of a server without the server",
  usage: "[options] <file or folder>",
  help: `Prints the records of a log: segments, entries, terms and votes, truncations. Nothing is written, a running server is
not disturbed, and the end of its log may move on meanwhile. What entries hold is shown only with -payload. With -verify, says what a
start would make of the log: exit code 0 clean, 2 a torn end, 3 damage.`,
  usesApi: false,
  flags: [
    { name: "from", type: "int", value: "index", help: "From this index on." },
    { name: "json", type: "bool", help: "One JSON object a line." },
    {
      name: "payload",
      type: "bool",
      help: "Shows what commands hold as well; secrets in them stay redacted.",
    },
    { name: "term", type: "int", value: "term", help: "Only entries of this term." },
    { name: "to", type: "int", value: "index", help: "Up to this index." },
    { name: "type", type: "text", value: "type", help: `Only entries of this type: ${KINDS.join(", ")}.` },
    { name: "verify", type: "bool", help: "Checks the log instead of printing it." },
  ],
  run: async (context) => run(context),
};

function run(context: Context): number {
  const path = context.args[0];
  if (path === undefined || context.args.length > 1) return failUsage(context, "This command takes one argument");
  const kind = KINDS.find((name) => name === context.flags.text("type"));
  if (context.flags.has("type") && kind === undefined)
    return failUsage(context, `-type must be one of ${KINDS.join(", ")}`);
  const place = placeOf(path);
  if (!place.ok) return fail(context, "", place.failure);
  const disk = new ReadOnlyDisk(place.value.folder, place.value.file);
  try {
    if (context.flags.bool("verify")) return verify(context, disk, place.value.folder);
    const filter = {
      from: context.flags.int("from"),
      to: context.flags.int("to"),
      term: context.flags.int("term"),
      kind,
    };
    const done = inspectLog(disk, filter, (record) => context.io.out(`${lineOf(context, record)}\n`));
    return done.ok ? 0 : fail(context, `${path}: `, done.failure);
  } catch (error) {
    return fail(context, "", err("io", `${path}: ${failureOf(error).message}`).failure);
  } finally {
    disk.close();
  }
}

/** A data directory, the folder of its log, or one segment. */
function placeOf(path: string): Result<{ readonly folder: string; readonly file?: string }> {
  if (!existsSync(path)) return err("not_found", `${path}: no such file or directory`);
  if (!statSync(path).isDirectory()) return ok({ folder: dirname(path), file: basename(path) });
  const below = ["server/raft", "raft"].map((name) => join(path, name)).find((folder) => existsSync(folder));
  return ok({ folder: below ?? path });
}

function lineOf({ flags }: Context, record: InspectedRecord): string {
  if (flags.bool("json")) {
    const payload = payloadOf(flags.bool("payload"), record);
    return JSON.stringify(record.type === "entry" ? { ...record, data: undefined, payload } : record);
  }
  switch (record.type) {
    case "segment":
      return `${record.name}: segment of ${record.bytes} bytes after ${record.previousIndex}, start ${record.incarnation}, ${timestamp(record.createdAtMs)}${record.isPartOfLog ? "" : ", not part of the log"}`;
    case "entry":
      return `${entryLine(record)}${words(payloadOf(flags.bool("payload"), record))}`;
    case "hard-state":
      return `${record.name}: term ${record.state.term}, vote ${record.state.vote ?? "for nobody"}`;
    case "truncate":
      return `${record.name}: truncated after ${record.after}`;
    default:
      return `${record.name}: begins anew after ${record.index}, term ${record.term}`;
  }
}

type EntryRecord = Extract<InspectedRecord, { readonly type: "entry" }>;

function entryLine(record: EntryRecord): string {
  return `${record.name}:${record.offset}: ${record.index} term ${record.term} ${record.kind}, ${record.bytes} bytes, ${timestamp(record.timeMs)}`;
}

function words(payload: string | undefined): string {
  return payload === undefined ? "" : `: ${payload}`;
}

/** What a command holds, only when it was asked for. */
function payloadOf(isWanted: boolean, record: InspectedRecord): string | undefined {
  if (!isWanted || record.type !== "entry") return undefined;
  return record.kind === "command" ? entryText(record.data) : undefined;
}

function verify(context: Context, disk: ReadOnlyDisk, folder: string): number {
  const verified = verifyLog(disk, latestSnapshotIndex(folder));
  if (!verified.ok) return fail(context, `${folder}: `, verified.failure);
  const summary = verified.value;
  const { json } = { json: context.flags.bool("json") };
  context.io.out(json ? `${JSON.stringify(summary)}\n` : `${summaryText(folder, summary)}\n`);
  return summary.verdict;
}

function summaryText(folder: string, summary: InspectSummary): string {
  const { clusterId, serverId, recovery, mayVote, why, verdict, advice } = summary;
  const verdicts = { 0: "clean", 2: "a torn end", 3: "damage" } as const;
  const basics = keyValues([
    ["Cluster", clusterId],
    ["Server", serverId],
    ["Term", recovery.hardState.term],
    ["Vote", recovery.hardState.vote ?? "<none>"],
    ["Last Durable Index", recovery.end.index],
    ["May Vote", `${mayVote ? "yes" : "no"}: ${why}`],
    ["Verdict", verdicts[verdict]],
    ["Next", advice],
  ]);
  const findings = recovery.findings.map(({ type, sequence, offset, message }) => {
    return `${join(folder, segmentName(sequence))}:${offset}: ${type}: ${message}`;
  });
  return [basics, ...findings].join("\n");
}

/** Snapshots lie beside the log; their names begin with the index that they hold. */
function latestSnapshotIndex(folder: string): number {
  const snapshots = join(folder, "../snapshots");
  if (!existsSync(snapshots)) return 0;
  return Math.max(0, ...readdirSync(snapshots).map((name) => snapshotPositionOf(name)?.index ?? 0));
}
