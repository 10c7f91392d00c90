import { type Command, type Context, fail, failUsage } from "#cli/shell";
import { explain } from "./explain.ts";
import { parse, readText } from "./render.ts";

export const command: Command = {
  path: ["template", "check"],
  summary: "Check the syntax of templates",
  usage: "[options] <file> [<file> ...]",
  help: "Parses templates without data and says what is wrong with each, with its place.",
  usesApi: false,
  flags: [{ name: "dialect", type: "text", value: "go|handlebars", help: "Language of the templates. Default go." }],
  run,
};

async function run(context: Context): Promise<number> {
  const { args, flags, io } = context;
  if (args.length === 0) return failUsage(context, "This command takes at least one argument: <file>");
  let wrong = 0;
  for (const file of args) {
    const source = await readText(file);
    if (!source.ok) return fail(context, "", source.failure);
    const template = parse(source.value, file, {}, flags.text("dialect") ?? "go");
    if (template.ok) continue;
    wrong += 1;
    io.err(explain(template.failure, source.value));
  }
  if (wrong === 0) io.out(args.length === 1 ? "The template is well-formed\n" : "All templates are well-formed\n");
  return wrong === 0 ? 0 : 1;
}
