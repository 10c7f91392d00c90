import { configOf } from "#cli/mesh";
import { type Command, type Context, fail, failUsage } from "#cli/shell";

export const command: Command = {
  path: ["mesh", "config"],
  summary: "Shows what a mesh proxy's Envoy has, and where it differs",
  usage: "PROXY [options]",
  help: "Prints the configuration that the Envoy of a proxy (or of a service's ID) has in force; with -diff only where it\ndiffers from what it should have: missing -, other version ~, refused !, superfluous +. Exits 1 if it differs.",
  usesApi: false,
  takesLateOptions: true,
  flags: [{ name: "diff", type: "bool", help: "Shows the differences only." }],
  run,
};

async function run(context: Context): Promise<number> {
  const { args, flags, io } = context;
  const [name] = args;
  if (name === undefined || args.length > 1) return failUsage(context, "This command takes one argument: PROXY");
  const report = await configOf(name, context.env);
  if (!report.ok) return fail(context, "", report.failure);
  const { proxyId, held, differences } = report.value;
  if (flags.bool("diff")) {
    io.out(differences.length === 0 ? `${proxyId} has what it should have\n` : `${differences.join("\n")}\n`);
    return differences.length === 0 ? 0 : 1;
  }
  const shown = Object.fromEntries(held.map(({ kind, name: of, config }) => [`${kind} ${of}`, config]));
  io.out(`${JSON.stringify(shown, undefined, 2)}\n`);
  return 0;
}
