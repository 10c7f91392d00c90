import { type Command, type Context, fail, failUsage } from "#cli/shell";

export const command: Command = {
  path: ["operator", "api"],
  summary: "Query the agent's HTTP API",
  usage: "[options] <path>",
  help: "Sends a request to the API and prints the body of the answer. With a body on the standard input the method is POST.",
  usesApi: true,
  flags: [
    { name: "X", type: "text", value: "method", help: "HTTP method." },
    { name: "H", type: "list", value: "header", help: "A header, as name: value." },
    { name: "dryrun", type: "bool", help: "Prints the request instead of sending it." },
    { name: "filter", type: "text", value: "expression", help: "Adds a filter to the query." },
    { name: "verbose", type: "bool", help: "Prints the status line and headers to the error output." },
  ],
  run,
};

async function run(context: Context): Promise<number> {
  const { args, flags, io } = context;
  const path = args[0];
  if (path === undefined || args.length > 1) return failUsage(context, "A path or URL is required");
  const body = flags.has("X") && /^(PUT|POST|DELETE)$/i.test(flags.text("X") ?? "") ? await io.readAll() : undefined;
  const method = (flags.text("X") ?? "GET").toUpperCase();
  const filter = flags.text("filter");
  const full =
    filter === undefined ? path : `${path}${path.includes("?") ? "&" : "?"}filter=${encodeURIComponent(filter)}`;
  const target = full.startsWith("http")
    ? new URL(full).pathname + new URL(full).search
    : full.startsWith("/")
      ? full
      : `/${full}`;
  if (flags.bool("dryrun")) {
    io.out(`${method} ${context.address}${target}\n`);
    return 0;
  }
  const answer = await context.send(method, target, body === "" ? undefined : body);
  if (!answer.ok) return fail(context, "Error performing request: ", answer.failure);
  if (flags.bool("verbose")) io.err(`< HTTP ${answer.value.status}\n`);
  io.out(answer.value.body);
  if (answer.value.status < 400) return 0;
  const hint = answer.value.header("x-drover-hint");
  if (hint !== undefined) io.err(`hint: ${hint}\n`);
  return 1;
}
