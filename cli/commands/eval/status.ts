import { err, type Result } from "#core/base";
import { AllocListStub, Evaluation, type EvaluationStub } from "#core/model";
import {
  ago,
  allocationTable,
  columns,
  failureLines,
  failureTitle,
  idShower,
  keyValues,
  searchablePrefix,
  timestamp,
} from "#cli/render";
import { answerFlags, type Command, type Context, fail, failUsage, showAnswer, uiHint, wantsAnswer } from "#cli/shell";

export const command: Command = {
  path: ["eval", "status"],
  aliases: [["eval-status"]],
  summary: "Display evaluation status and placement failure reasons",
  usage: "[options] <evaluation>",
  help: "Shows an evaluation: why it was made, what it decided, what it could not place.",
  usesApi: true,
  flags: [
    ...answerFlags,
    { name: "monitor", type: "bool", help: "Follows the evaluation until it is decided." },
    { name: "verbose", type: "bool", help: "Shows ids and times in full." },
  ],
  run: (context) => runEvalStatus(context),
};

export async function runEvalStatus(context: Context): Promise<number> {
  const { args, io } = context;
  const wanted = args[0];
  if (wanted === undefined || args.length > 1)
    return failUsage(context, "This command takes one argument: <evaluation>");
  if (wanted.length < 2) {
    io.err("Identifier must contain at least two characters.\n");
    return 1;
  }
  const found = await findEvaluation(context, wanted);
  if (!found.ok) return fail(context, "", found.failure);
  const evaluation = found.value;
  if (wantsAnswer(context)) return printJson(context, evaluation);
  const allocs = await context.api.list("evaluation.allocations", AllocListStub, { params: { id: evaluation.id } });
  io.out(`${describe(context, evaluation, allocs.ok ? allocs.value : [])}\n`);
  uiHint(context, "View evaluation details", `evaluations?currentEval=${evaluation.id}`);
  return 0;
}

async function printJson(context: Context, { id }: Evaluation): Promise<number> {
  const answer = await context.api.call("evaluation.read", { params: { id } });
  const prefix = "Error querying evaluation: ";
  return answer.ok ? showAnswer(context, answer.value.body, prefix) : fail(context, prefix, answer.failure);
}

async function findEvaluation(context: Context, wanted: string): Promise<Result<Evaluation>> {
  const query = { prefix: searchablePrefix(wanted), namespace: context.namespace || "*" };
  const found = await context.api.list("evaluations.list", Evaluation, { query });
  const failed = (reason: { readonly message: string }): string => `Error querying evaluation: ${reason.message}`;
  if (!found.ok) return { ok: false, failure: { ...found.failure, message: failed(found.failure) } };
  const matching = found.value.filter((evaluation) => evaluation.id.startsWith(wanted));
  if (matching.length === 0)
    return err("not_found", `No evaluation(s) with prefix or id ${JSON.stringify(wanted)} found`);
  if (matching.length > 1) return err("invalid", `Prefix matched multiple evaluations\n\n${evaluationRows(matching)}`);
  const { id } = matching[0] as Evaluation;
  const read = await context.api.read("evaluation.read", Evaluation, { params: { id }, query: { related: true } });
  return read.ok ? read : { ok: false, failure: { ...read.failure, message: failed(read.failure) } };
}

function evaluationRows(evaluations: readonly Evaluation[]): string {
  const rows = evaluations.map((e) => [e.id, e.priority, e.triggeredBy, e.status, failuresText(e)]);
  return columns([["ID", "Priority", "Triggered By", "Status", "Placement Failures"], ...rows]);
}

export function failuresText(evaluation: Evaluation): string {
  if (evaluation.status === "blocked") return "N/A - In Progress";
  return String(Object.keys(evaluation.failedTgAllocs ?? {}).length > 0);
}

function describe(context: Context, evaluation: Evaluation, allocs: readonly AllocListStub[]): string {
  const verbose = context.flags.bool("verbose");
  const parts = [basics(evaluation, verbose, context.nowMs())];
  const related = evaluation.relatedEvals ?? [];
  if (related.length > 0) parts.push(`Related Evaluations\n${relatedTable(related, verbose)}`);
  const updates = Object.entries(evaluation.planAnnotations?.desiredTgUpdates ?? {}).toSorted(([left], [right]) =>
    left < right ? -1 : 1,
  );
  if (updates.length > 0) {
    const rows = updates.map(([group, u]) => [group, u.ignore, u.place, u.stop, u.inPlaceUpdate, u.destructiveUpdate]);
    parts.push(
      `Plan Annotations\n${columns([["Task Group", "Ignore", "Place", "Stop", "InPlace", "Destructive"], ...rows])}`,
    );
  }
  if (allocs.length > 0) parts.push(`Placed Allocations\n${allocationTable(allocs, verbose, context.nowMs())}`);
  const failures = Object.entries(evaluation.failedTgAllocs ?? {}).toSorted(([left], [right]) =>
    left < right ? -1 : 1,
  );
  if (failures.length > 0) {
    const text = failures
      .map(([group, metric]) => [failureTitle(group, metric), ...failureLines(metric)].join("\n"))
      .join("\n\n");
    parts.push(`Failed Placements\n${text}`);
  }
  return parts.join("\n\n");
}

function basics(evaluation: Evaluation, verbose: boolean, nowMs: number): string {
  const show = idShower(verbose);
  const time = verbose ? timestamp : (timeMs: number) => ago(timeMs, nowMs);
  return keyValues([
    ["ID", show(evaluation.id)],
    ["Create Time", time(evaluation.createTimeMs)],
    ["Modify Time", time(evaluation.modifyTimeMs)],
    ["Status", evaluation.status],
    ["Status Description", evaluation.statusDescription || evaluation.status],
    ["Type", evaluation.type],
    ["TriggeredBy", evaluation.triggeredBy],
    ["Job ID", evaluation.jobId],
    ["Namespace", evaluation.namespace],
    ["Priority", evaluation.priority],
    ["Placement Failures", failuresText(evaluation)],
    ["Previous Eval", show(evaluation.previousEval)],
    ["Next Eval", show(evaluation.nextEval)],
    ["Blocked Eval", show(evaluation.blockedEval)],
  ]);
}

function relatedTable(related: readonly EvaluationStub[], verbose: boolean): string {
  const show = idShower(verbose);
  const rows = related.map((e) => [
    show(e.id),
    e.priority,
    e.triggeredBy,
    show(e.nodeId),
    e.status,
    e.statusDescription,
  ]);
  return columns([["ID", "Priority", "Triggered By", "Node ID", "Status", "Description"], ...rows]);
}
