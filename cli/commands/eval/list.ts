import { Evaluation } from "#core/model";
import { columns, idShower } from "#cli/render";
import { answerFlags, type Command, type Context, fail, failUsage, showAnswer, uiHint, wantsAnswer } from "#cli/shell";
import { failuresText } from "./status.ts";

export const command: Command = {
  path: ["eval", "list"],
  summary: "List the set of evaluations",
  usage: "[options]",
  help: "Lists evaluations, the newest first.",
  usesApi: true,
  flags: [
    { name: "filter", type: "text", value: "expression", help: "Only those that the expression selects." },
    { name: "job", type: "text", value: "job", help: "Only those of this job." },
    ...answerFlags,
    { name: "page-token", type: "text", value: "token", help: "Where the page begins." },
    { name: "per-page", type: "int", value: "count", help: "How many to list." },
    { name: "status", type: "text", value: "status", help: "Only those of this status." },
    { name: "verbose", type: "bool", help: "Shows ids in full." },
  ],
  run,
};

async function run(context: Context): Promise<number> {
  const { args, flags, io, api } = context;
  if (args.length > 0) return failUsage(context, "This command takes no arguments");
  const query = {
    filter: flags.text("filter"),
    job: flags.text("job"),
    status: flags.text("status"),
    per_page: flags.int("per-page"),
    next_token: flags.text("page-token"),
    reverse: true,
  };
  const answer = await api.call("evaluations.list", { query });
  if (!answer.ok) return fail(context, "Error querying evaluations: ", answer.failure);
  if (wantsAnswer(context)) return showAnswer(context, answer.value.body, "");
  const evaluations = await api.list("evaluations.list", Evaluation, { query });
  if (!evaluations.ok) return fail(context, "Error querying evaluations: ", evaluations.failure);
  if (evaluations.value.length === 0) io.out("No evals found\n");
  else io.out(`${table(evaluations.value, flags.bool("verbose"))}\n`);
  const next = answer.value.header("x-nomad-nexttoken");
  if (next !== undefined)
    io.out(
      `\nResults have been paginated. To get the next page run:\n\n${context.program} eval list -per-page ${flags.int("per-page") ?? 0} -page-token ${next}\n`,
    );
  uiHint(context, "View evaluations", "evaluations");
  return 0;
}

function table(evaluations: readonly Evaluation[], verbose: boolean): string {
  const show = idShower(verbose);
  const header = ["ID", "Priority", "Triggered By", "Job ID", "Namespace", "Node ID", "Status", "Placement Failures"];
  const rows = evaluations.map((e) => [
    show(e.id),
    e.priority,
    e.triggeredBy,
    e.jobId,
    e.namespace,
    show(e.nodeId),
    e.status,
    failuresText(e),
  ]);
  return columns([header, ...rows]);
}
