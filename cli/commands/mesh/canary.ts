import { err, failureOf, ok, type Result } from "#core/base";
import {
  askCanary,
  type CanaryCommand,
  type CanaryFile,
  type CanaryPlan,
  type CanaryWatcher,
  commandOf,
  explainCanary,
  explanationText,
  jsonWatcher,
  lineWatcher,
  readCanaryFile,
  runCanary,
  systemMesh,
  tableWatcher,
} from "#cli/mesh";
import { type Command, type Context, fail, failUsage, type Flags, readTextFile } from "#cli/shell";
import { planOf } from "./canary-plan.ts";
import { consulAddress } from "./flags.ts";

export const command: Command = {
  path: ["mesh", "canary"],
  summary: "Moves a service's traffic to a new version in measured steps",
  usage: "SERVICE [options] | pause|resume|skip|approve|abort SERVICE",
  help:
    "Gives the new version a share of the traffic, compares its errors and latency with the stable version's at the\n" +
    "callers of this machine, and goes on, or back to 100/0. Without -from and -to it goes on with the canary that is\n" +
    "under way. Exit code 0: promoted, 2: rolled back, 3: aborted. Ctrl-C aborts; a second one leaves all as it is.\n" +
    "pause, resume, skip, approve and abort are carried out by the one at work, from any terminal. Further checks\n" +
    "(Prometheus, a web page, a program) and all settings of webhooks stand in a file: docs/canary.md shows one.",
  usesApi: false,
  takesLateOptions: true,
  handlesSignals: true,
  flags: [
    { name: "from", type: "text", value: "subset", help: "The stable version." },
    { name: "to", type: "text", value: "subset", help: "The new version." },
    { name: "steps", type: "text", value: "percents", help: "Its shares. Default 5,25,50,100." },
    { name: "interval", type: "text", value: "duration", help: "From one check to the next. Default 30s." },
    { name: "warm-up", type: "text", value: "duration", help: "Not measured in a step's beginning. Default 10s." },
    { name: "max-hold", type: "text", value: "duration", help: "Inconclusive for longer rolls back. Default 15m." },
    { name: "failed-checks", type: "int", value: "count", help: "Failed checks that are tolerated. Default 0." },
    {
      name: "max-errors",
      type: "text",
      value: "percent",
      help: "Error rate that is too much. Default: twice the stable version's, at least 1.",
    },
    { name: "max-p99", type: "text", value: "duration", help: "99th percentile that is too much. Default: none." },
    { name: "keep", type: "bool", help: "Leaves the splitter at 0/100 after promotion." },
    { name: "gate", type: "text", value: "percents", help: "Steps that begin only when approved: 25,100." },
    {
      name: "testers",
      type: "list",
      value: "rule",
      help: "Requests that go to the new version from the start: header:NAME[=VALUE] or cookie:NAME[=VALUE]. Repeatable.",
    },
    {
      name: "mirror",
      type: "text",
      value: "percent",
      help: "Of the requests the new version gets copies, until 100 %.",
    },
    {
      name: "webhook",
      type: "list",
      value: "url",
      help: "Is sent every event by POST; env:NAME or file:PATH says where a URL is that nobody shall see. Repeatable.",
    },
    { name: "file", type: "text", value: "path", help: "Reads them from a file; what is given here wins." },
    { name: "explain", type: "bool", help: "Says how long each step would take at the present traffic, and ends." },
    { name: "json", type: "bool", help: "Writes events as JSON lines." },
    { name: "subset-by", type: "text", value: "key", help: "Key of the instances' Meta. Default version." },
    { name: "force", type: "bool", help: "Takes over entries that somebody else wrote." },
    consulAddress,
    { name: "token", type: "text", value: "token", help: "Its ACL token; docs/canary.md lists the rules it needs." },
  ],
  run,
};

const exitCodes = { promoted: 0, "rolled-back": 2, aborted: 3 } as const;

async function run(context: Context): Promise<number> {
  const given = allFlags(context);
  if (!given.ok) return failUsage(context, given.failure.message);
  const { flags, words } = given.value;
  const { file } = given.value;
  const [first = file?.service, second] = words;
  if (words.length === 2 && first !== undefined && second !== undefined) {
    const asked = commandOf(first);
    if (asked) return ask(context, flags, asked, second);
  }
  if (first === undefined || second !== undefined) return failUsage(context, "This command takes one SERVICE");
  if (file && file.service !== first) return failUsage(context, `the file is for ${file.service}, not ${first}`);
  const plan = planOf(flags, first, file);
  if (!plan.ok) return failUsage(context, plan.failure.message);
  if (flags.bool("explain")) return explain(context, flags, plan.value);
  return control(context, flags, first, plan.value, []);
}

interface Given {
  readonly flags: Flags;
  readonly words: readonly string[];
  readonly file: CanaryFile | undefined;
}

/** What is given here wins over the file. */
function allFlags({ flags, args }: Context): Result<Given> {
  const file = fileOf(flags.text("file"));
  if (!file.ok) return file;
  return ok({ flags: flags.over(file.value?.values ?? new Map()), words: args, file: file.value });
}

function fileOf(path: string | undefined): Result<CanaryFile | undefined> {
  if (path === undefined) return ok(undefined);
  try {
    return readCanaryFile(readTextFile(path), path);
  } catch (error) {
    return err("io", `${path}: ${failureOf(error).message}`);
  }
}

function consulOf(flags: Flags): { readonly address: string | undefined; readonly token: string | undefined } {
  return { address: flags.text("consul-addr"), token: flags.text("token") };
}

async function explain(context: Context, flags: Flags, plan: CanaryPlan | undefined): Promise<number> {
  if (plan === undefined) return failUsage(context, "-explain needs -from and -to");
  const explained = await explainCanary(plan, systemMesh(context.env, { level: "error", json: false }));
  if (!explained.ok) return fail(context, "", explained.failure);
  context.io.out(
    flags.bool("json") ? `${JSON.stringify(explained.value)}\n` : explanationText(explained.value, plan.maxHoldMs),
  );
  return 0;
}

/** Commands go to the controller; without one an abort is carried out here. */
async function ask(context: Context, flags: Flags, asked: CanaryCommand, service: string): Promise<number> {
  const mesh = systemMesh(context.env, { level: "error", json: false });
  const taken = await askCanary({ consul: consulOf(flags), service, command: asked }, mesh);
  if (!taken.ok) return fail(context, "", taken.failure);
  if (taken.value) {
    context.io.out(`${service}: ${asked}\n`);
    return 0;
  }
  if (asked === "abort") {
    const code = await control(context, flags, service, undefined, ["abort"]);
    return code === exitCodes.aborted ? 0 : code;
  }
  context.io.err(
    `no controller of ${service} is at work; \`${context.program} mesh canary ${service}\` goes on with it\n`,
  );
  return 1;
}

async function control(
  context: Context,
  flags: Flags,
  service: string,
  plan: CanaryPlan | undefined,
  inbox: CanaryCommand[],
): Promise<number> {
  const { io, env } = context;
  listen(io.isTerminal && !flags.bool("json"), inbox);
  const watcher = watcherOf(context, flags.bool("json"), service);
  const key = flags.text("subset-by") ?? "version";
  const mesh = systemMesh(env, { level: "error", json: false });
  const ended = await runCanary(
    { consul: consulOf(flags), service, plan, key, force: flags.bool("force"), watcher, inbox },
    mesh,
  );
  if (process.stdin.isTTY) process.stdin.setRawMode(false).unref();
  if (!ended.ok) return fail(context, "", ended.failure);
  if (!flags.bool("json")) io.out(`${service}: ${ended.value.outcome}: ${ended.value.reason}\n`);
  return exitCodes[ended.value.outcome];
}

function watcherOf({ io }: Context, isJson: boolean, service: string): CanaryWatcher {
  const write = (text: string): void => io.out(text);
  if (isJson) return jsonWatcher(write, service);
  return io.isTerminal ? tableWatcher(write) : lineWatcher(write);
}

const keys: Readonly<Record<string, CanaryCommand>> = {
  p: "pause",
  r: "resume",
  s: "skip",
  y: "approve",
  a: "abort",
};

/** Keys and signals become commands; a second signal ends the process and leaves everything as it is. */
function listen(hasKeys: boolean, inbox: CanaryCommand[]): void {
  let signals = 0;
  const abort = (): void => void (++signals === 1 ? inbox.push("abort") : process.exit(130));
  for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(name, abort);
  if (!hasKeys || !process.stdin.isTTY) return;
  process.stdin.setRawMode(true);
  process.stdin.on("data", (bytes: Buffer) => {
    const key = bytes.toString();
    if (key === "\u0003") abort();
    const asked = keys[key];
    if (asked) inbox.push(asked);
  });
}
