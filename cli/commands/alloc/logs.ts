import { type Allocation, AllocListStub } from "#core/model";
import { err, ok, type Result } from "#core/base";
import { type Command, type Context, fail, failUsage } from "#cli/shell";
import { findAllocation, isTooShort } from "./find.ts";

const DEFAULT_TAIL_LINES = 10;
const BYTES_A_LINE = 120;

export const command: Command = {
  path: ["alloc", "logs"],
  aliases: [["logs"]],
  summary: "Streams the logs of a task.",
  usage: "[options] <allocation> <task>",
  help: "Prints what a task wrote to its standard output, or with -stderr to its error output.",
  usesApi: true,
  flags: [
    { name: "c", type: "int", value: "bytes", help: "With -tail: how many bytes from the end." },
    { name: "f", type: "bool", help: "Goes on as the task writes." },
    { name: "group", type: "text", value: "name", help: "With -job: an allocation of this group." },
    { name: "job", type: "bool", help: "The argument is a job: takes one of its allocations." },
    { name: "n", type: "int", value: "lines", help: "With -tail: how many lines from the end." },
    { name: "stderr", type: "bool", help: "The error output." },
    { name: "stdout", type: "bool", help: "The standard output; with -stderr both." },
    { name: "tail", type: "bool", help: "Shows the end only." },
    { name: "task", type: "text", value: "name", help: "The task, if the allocation has several." },
    { name: "verbose", type: "bool", help: "Shows ids in full." },
  ],
  run,
};

async function run(context: Context): Promise<number> {
  const { args, flags, io } = context;
  const wanted = args[0];
  if (wanted === undefined)
    return failUsage(context, flags.bool("job") ? "A job ID is required" : "An allocation ID is required");
  if (args.length > 2) return failUsage(context, "This command takes one or two arguments");
  if (!flags.bool("job") && isTooShort(wanted)) {
    io.err("Alloc ID must contain at least two characters.\n");
    return 1;
  }
  const alloc = flags.bool("job") ? await allocationOfJob(context, wanted) : await findAllocation(context, wanted);
  if (!alloc.ok) return fail(context, "", alloc.failure);
  const task = taskOf(alloc.value, flags.text("task") ?? args[1]);
  if (!task.ok) return fail(context, "Failed to validate task: ", task.failure);
  return print(context, alloc.value, task.value);
}

/** One of the job's allocations, one that runs if there is any. */
async function allocationOfJob(context: Context, wanted: string): Promise<Result<Allocation>> {
  const found = await context.api.list("job.allocations", AllocListStub, { params: { id: wanted } });
  if (!found.ok) return found;
  if (found.value.length === 0) return err("not_found", `No job(s) with prefix or ID ${JSON.stringify(wanted)} found`);
  const group = context.flags.text("group");
  const fitting = found.value.filter((alloc) => group === undefined || alloc.taskGroup === group);
  const chosen = fitting.find((alloc) => alloc.clientStatus === "running") ?? fitting.at(-1);
  if (!chosen)
    return err("not_found", `No allocations for job ${JSON.stringify(wanted)} and group ${JSON.stringify(group)}`);
  return findAllocation(context, chosen.id);
}

function taskOf(alloc: Allocation, named: string | undefined): Result<string> {
  if (named !== undefined) return ok(named);
  const names = Object.keys(alloc.taskStates ?? {});
  if (names.length === 1) return ok(names[0] as string);
  const group = alloc.job?.taskGroups?.find((each) => each.name === alloc.taskGroup);
  const declared = (group?.tasks ?? []).map((task) => task.name);
  if (declared.length === 1) return ok(declared[0] as string);
  return err(
    "invalid",
    `Allocation ${JSON.stringify(alloc.id.slice(0, 8))} is running the following tasks:\n${declared.map((name) => `  * ${name}`).join("\n")}\n\nPlease specify the task.`,
  );
}

async function print(context: Context, alloc: Allocation, task: string): Promise<number> {
  const { flags } = context;
  const streams = flags.bool("stderr") ? (flags.bool("stdout") ? ["stdout", "stderr"] : ["stderr"]) : ["stdout"];
  const codes = await Promise.all(streams.map((stream) => printStream(context, alloc, task, stream)));
  return Math.max(...codes);
}

async function printStream(context: Context, alloc: Allocation, task: string, type: string): Promise<number> {
  const { flags, io } = context;
  const tail = tailOf(context);
  const query = new URLSearchParams({
    task,
    type,
    plain: "true",
    follow: String(flags.bool("f")),
    namespace: alloc.namespace,
  });
  if (tail) {
    query.set("origin", "end");
    query.set("offset", String(tail.bytes));
  }
  const write = (bytes: Uint8Array): void => {
    io.out(bytes);
  };
  const keep = new Tail(tail?.lines, flags.bool("f"), write);
  const answer = await context.stream(`/v1/client/fs/logs/${alloc.id}?${query.toString()}`, context.signal, (bytes) =>
    keep.push(bytes),
  );
  keep.finish();
  if (!answer.ok) return fail(context, `Failed to read ${type} file: `, answer.failure);
  if (answer.value.status < 400) return 0;
  io.err(
    `Failed to read ${type} file: error reading file: Unexpected response code: ${answer.value.status} (${answer.value.body})\n`,
  );
  return 1;
}

function tailOf({ flags }: Context): { bytes: number; lines: number | undefined } | undefined {
  if (!flags.bool("tail")) return undefined;
  const bytes = flags.int("c");
  if (bytes !== undefined) return { bytes, lines: undefined };
  const lines = flags.int("n") ?? DEFAULT_TAIL_LINES;
  return { bytes: lines * BYTES_A_LINE, lines };
}

/** Lets bytes through; with a number of lines only the last ones of what comes first. */
class Tail {
  readonly #lines: number | undefined;
  readonly #follows: boolean;
  readonly #write: (bytes: Uint8Array) => void;
  #held: Uint8Array[] = [];
  #isHolding: boolean;

  constructor(lines: number | undefined, follows: boolean, write: (bytes: Uint8Array) => void) {
    this.#lines = lines;
    this.#follows = follows;
    this.#write = write;
    this.#isHolding = lines !== undefined;
  }

  push(bytes: Uint8Array): void {
    if (!this.#isHolding) return this.#write(bytes);
    this.#held.push(bytes);
    if (this.#follows) this.finish();
  }

  finish(): void {
    if (!this.#isHolding || this.#lines === undefined) return;
    this.#isHolding = false;
    const all = Buffer.concat(this.#held);
    this.#held = [];
    let at = all.length;
    if (at > 0 && all[at - 1] === 0x0a) at--;
    for (let left = this.#lines; left > 0 && at > 0; left--) at = all.lastIndexOf(0x0a, at - 1);
    if (all.length > 0) this.#write(all.subarray(at === -1 ? 0 : at + (all[at] === 0x0a ? 1 : 0)));
  }
}
