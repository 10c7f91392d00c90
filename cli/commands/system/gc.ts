import { type Command, type Context, fail } from "#cli/shell";

export const command: Command = {
  path: ["system", "gc"],
  summary: "Run the system garbage collection process",
  usage: "[options]",
  help: "Takes away jobs, evaluations, allocations and nodes that are over, however young.",
  usesApi: true,
  flags: [],
  run,
};

async function run(context: Context): Promise<number> {
  const answer = await context.api.call("system.gc");
  return answer.ok ? 0 : fail(context, "Error running system garbage-collection: ", answer.failure);
}
