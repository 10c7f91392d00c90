import { checkCall } from "#cli/mesh";
import { type Command, type Context, fail, failUsage } from "#cli/shell";
import { consulAddress } from "./flags.ts";

export const command: Command = {
  path: ["mesh", "check"],
  summary: "Says whether one service may call another",
  usage: "SOURCE DESTINATION [options]",
  help: "Decides by Consul's intentions and says which one it was. Exits 0 when it is allowed, 2 when not.",
  usesApi: false,
  takesLateOptions: true,
  flags: [
    { name: "path", type: "text", value: "path", help: "Path of the request, for permissions by request." },
    { name: "method", type: "text", value: "method", help: "Its method. Default GET." },
    consulAddress,
    {
      name: "token",
      type: "text",
      value: "token",
      help: "Its ACL token; it needs intentions:read on the destination.",
    },
  ],
  run,
};

const EXIT_DENIED = 2;

async function run(context: Context): Promise<number> {
  const { args, flags, io } = context;
  const [source, destination] = args;
  if (source === undefined || destination === undefined || args.length > 2)
    return failUsage(context, "This command takes two arguments: SOURCE DESTINATION");
  const path = flags.text("path");
  const request = path === undefined ? undefined : { path, method: flags.text("method") ?? "GET" };
  const consul = { address: flags.text("consul-addr"), token: flags.text("token") };
  const verdict = await checkCall({ consul, source, destination, request }, context.env);
  if (!verdict.ok) return fail(context, "", verdict.failure);
  const { isAllowed, by } = verdict.value;
  const reason = by
    ? `by the intention ${by.SourceName} => ${by.DestinationName} (precedence ${by.Precedence}${by.ID ? `, ${by.ID}` : ""})`
    : "by default: no intention names them";
  io.out(`${source} => ${destination}: ${isAllowed ? "allowed" : "denied"} ${reason}\n`);
  return isAllowed ? 0 : EXIT_DENIED;
}
