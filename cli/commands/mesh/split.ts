import { parseDuration } from "#core/values";
import { runClear, runSplit, type SplitOutcome, systemMesh } from "#cli/mesh";
import { type Command, type Context, fail, failUsage } from "#cli/shell";
import { consulAddress } from "./flags.ts";

export const command: Command = {
  path: ["mesh", "split"],
  summary: "Splits a service's traffic between its versions",
  usage: "SERVICE SUBSET=PERCENT … [options]",
  help:
    "Writes the subsets into the service's resolver and the shares into its splitter, each only if nobody else has\n" +
    "written meanwhile, and entries that are not drover's only with -force. Shares are per cent, in steps of 0.01.",
  usesApi: false,
  takesLateOptions: true,
  flags: [
    { name: "subset-by", type: "text", value: "key", help: "Key of the instances' Meta. Default version." },
    { name: "wait", type: "bool", help: "Waits until every caller's Envoy on this machine has the shares." },
    { name: "wait-timeout", type: "text", value: "duration", help: "How long. Default 30s." },
    { name: "clear", type: "bool", help: "Takes splitter and subsets away again." },
    { name: "force", type: "bool", help: "Takes over entries that somebody else wrote." },
    consulAddress,
    { name: "token", type: "text", value: "token", help: "Its ACL token; it needs service:write on the service." },
  ],
  run,
};

const DEFAULT_WAIT = "30s";

async function run(context: Context): Promise<number> {
  const { flags, args, io } = context;
  const [service, ...shares] = args;
  const consul = { address: flags.text("consul-addr"), token: flags.text("token") };
  const mesh = systemMesh(context.env, { level: "error", json: false });
  if (service === undefined) return failUsage(context, "This command takes a SERVICE and shares");
  if (flags.bool("clear")) {
    if (shares.length > 0) return failUsage(context, "-clear takes the SERVICE only");
    const cleared = await runClear({ consul, service, force: flags.bool("force") }, mesh);
    if (!cleared.ok) return fail(context, "", cleared.failure);
    io.out(
      cleared.value.length === 0 ? "Nothing to clear\n" : cleared.value.map((name) => `Cleared ${name}\n`).join(""),
    );
    return 0;
  }
  const waitNs = parseDuration(flags.text("wait-timeout") ?? DEFAULT_WAIT);
  if (typeof waitNs === "string") return failUsage(context, `-wait-timeout: ${waitNs}`);
  const done = await runSplit(
    {
      consul,
      service,
      shares,
      key: flags.text("subset-by") ?? "version",
      force: flags.bool("force"),
      waitMs: flags.bool("wait") ? waitNs / 1e6 : undefined,
    },
    mesh,
  );
  if (!done.ok) return fail(context, "", done.failure);
  io.out(describe(service, done.value));
  return done.value.isConfirmed === false ? 1 : 0;
}

function describe(service: string, { shares, callers, isConfirmed, requests }: SplitOutcome): string {
  const lines = [`${service}: ${shares.map(({ subset, percent }) => `${subset}=${percent}`).join(" ")}`];
  if (callers) {
    if (callers.length === 0) lines.push(`No caller of ${service} runs on this machine`);
    else lines.push(`Applied by ${callers.map((caller) => caller.proxyId).join(", ")}`);
    lines.push("Callers on other machines are not measured");
    if (isConfirmed === true) lines.push(`Confirmed by ${requests} requests`);
    if (isConfirmed === undefined) lines.push(`Not confirmed by traffic (${requests} requests)`);
    if (isConfirmed === false) lines.push(`Traffic does not bear it out: ${requests} requests went elsewhere`);
  }
  return `${lines.join("\n")}\n`;
}
