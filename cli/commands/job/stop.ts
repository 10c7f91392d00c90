import { JobDeregisterResponse } from "#core/model";
import { type Command, type Context, fail, failUsage, uiHint } from "#cli/shell";
import { findJob, jobPage } from "./find.ts";
import { monitorEvaluation } from "./monitor.ts";

export const command: Command = {
  path: ["job", "stop"],
  aliases: [["stop"]],
  summary: "Stop a running job",
  usage: "[options] <job>",
  help: "Stops a job and follows its evaluation. The job stays known until garbage collection takes it, or goes at once with -purge.",
  usesApi: true,
  flags: [
    { name: "detach", type: "bool", help: "Returns at once instead of following the evaluation." },
    { name: "eval-priority", type: "int", value: "priority", help: "Priority of the evaluation, 1 to 100." },
    { name: "global", type: "bool", help: "Stops a multi-region job in all of its regions." },
    { name: "no-shutdown-delay", type: "bool", help: "Stops without waiting for shutdown_delay." },
    { name: "purge", type: "bool", help: "Forgets the job and its history at once." },
    { name: "verbose", type: "bool", help: "Shows ids in full." },
    { name: "yes", type: "bool", help: "Asks nothing." },
  ],
  run,
};

async function run(context: Context): Promise<number> {
  const { args, flags, io } = context;
  const wanted = args[0];
  if (wanted === undefined || args.length > 1) return failUsage(context, "This command takes one argument: <job>");
  const found = await findJob(context, wanted);
  if (!found.ok) return fail(context, "", found.failure);
  const { id, namespace } = found.value;
  const answer = await context.api.read("job.deregister", JobDeregisterResponse, {
    params: { id },
    query: {
      namespace,
      purge: flags.bool("purge"),
      global: flags.bool("global") || undefined,
      eval_priority: flags.int("eval-priority"),
      no_shutdown_delay: flags.bool("no-shutdown-delay") || undefined,
    },
  });
  if (!answer.ok) return fail(context, "Error deregistering job: ", answer.failure);
  const { evalId } = answer.value;
  if (evalId === "") return 0;
  if (flags.bool("detach")) {
    io.out(`${evalId}\n`);
    uiHint(context, "View this job", jobPage(found.value));
    return 0;
  }
  const code = await monitorEvaluation(context, evalId, flags.bool("verbose"));
  uiHint(context, "View this job", jobPage(found.value), "\n");
  return code;
}
