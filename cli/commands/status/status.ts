import type { Command, Context } from "#cli/shell";
import { answerFlags, fail, failUsage } from "#cli/shell";

import { AllocListStub, Evaluation, JobListStub, NodeListStub } from "#core/model";
import { runAllocStatus } from "#cli/commands/alloc";
import { runEvalStatus } from "#cli/commands/eval";
import { runStatus } from "#cli/commands/job";
import { runNodeStatus } from "#cli/commands/node";
import { columns } from "#cli/render";

export const command: Command = {
  path: ["status"],
  summary: "Display the status output for a resource",
  usage: "[options] <identifier>",
  help: "Finds out what an id or the beginning of one belongs to - a job, an allocation, a node, an evaluation - and shows its status.\nWithout an argument lists all jobs.",
  usesApi: true,
  flags: [{ name: "verbose", type: "bool", help: "Shows ids and times in full." }, ...answerFlags],
  run,
};

type Kind = "jobs" | "allocs" | "nodes" | "evals";

const show: Readonly<Record<Kind, (context: Context) => Promise<number>>> = {
  jobs: runStatus,
  allocs: runAllocStatus,
  nodes: runNodeStatus,
  evals: runEvalStatus,
};

async function run(context: Context): Promise<number> {
  const wanted = context.args[0];
  if (context.args.length > 1) return failUsage(context, "This command takes either no arguments or one: <identifier>");
  if (wanted === undefined) return runStatus(context);
  const found = await search(context, wanted);
  if (found.failure !== undefined)
    return fail(context, `Error querying search with id: `, {
      code: "unavailable",
      message: JSON.stringify(found.failure),
    });
  const exact = found.matches.filter(([, id]) => id === wanted);
  const matches = exact.length > 0 ? exact : found.matches;
  const kinds = [...new Set(matches.map(([kind]) => kind))];
  if (kinds.length === 0) {
    context.io.err(`Unable to resolve ID: ${JSON.stringify(wanted)}\n`);
    return 1;
  }
  if (kinds.length > 1) {
    context.io.err(
      `Multiple matches found for id ${JSON.stringify(wanted)}\n\n${columns([["Type", "ID"], ...matches])}\n`,
    );
    return 1;
  }
  return show[kinds[0] as Kind](context);
}

interface Found {
  readonly matches: readonly (readonly [Kind, string])[];
  readonly failure?: string;
}

/** Looks a prefix up in every kind of object; what cannot be an id's beginning is only looked for among jobs. */
async function search(context: Context, prefix: string): Promise<Found> {
  const { api, namespace } = context;
  const jobs = await api.list("jobs.list", JobListStub, { query: { prefix } });
  if (!jobs.ok) return { matches: [], failure: jobs.failure.message };
  const matches: (readonly [Kind, string])[] = jobs.value.map((job) => ["jobs", job.id]);
  if (!/^[0-9a-fA-F-]{2,36}$/.test(prefix)) return { matches };
  const even = prefix.replaceAll("-", "").length % 2 === 0 ? prefix : prefix.slice(0, -1);
  const query = { prefix: even, namespace: namespace || "*" };
  const [allocs, nodes, evaluations] = await Promise.all([
    api.list("allocations.list", AllocListStub, { query }),
    api.list("nodes.list", NodeListStub, { query: { prefix: even } }),
    api.list("evaluations.list", Evaluation, { query }),
  ]);
  const add = (kind: Kind, rows: readonly { readonly id: string }[]): void => {
    for (const { id } of rows) if (id.startsWith(prefix)) matches.push([kind, id]);
  };
  if (allocs.ok) add("allocs", allocs.value);
  if (nodes.ok) add("nodes", nodes.value);
  if (evaluations.ok) add("evals", evaluations.value);
  return { matches };
}
