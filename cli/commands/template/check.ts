import { type Command, type Context, fail, failUsage } from "#cli/shell";
import { checkTemplate } from "#core/template";
import { explainProblem } from "./explain.ts";
import { delimitersOf, dialectOf, readText, sourceFlags } from "./source.ts";

export const command: Command = {
  path: ["template", "check"],
  summary: "Check the syntax of templates",
  usage: "[options] <file> [<file> ...]",
  help: "Reads templates without data and says all that is wrong with each: the place, what was expected, the nearest known\nname.",
  usesApi: false,
  flags: sourceFlags,
  run,
};

async function run(context: Context): Promise<number> {
  const { args, flags, io } = context;
  if (args.length === 0) return failUsage(context, "This command takes at least one argument: <file>");
  let wrong = 0;
  for (const file of args) {
    const dialect = dialectOf(flags.text("dialect"), file);
    if (!dialect.ok) return fail(context, "", dialect.failure);
    const source = await readText(file);
    if (!source.ok) return fail(context, "", source.failure);
    const problems = checkTemplate(source.value, {
      file,
      dialect: dialect.value,
      delimiters: delimitersOf(context, undefined),
    });
    if (problems.length > 0) wrong += 1;
    io.err(problems.map((problem) => explainProblem(problem, source.value)).join("\n"));
  }
  if (wrong === 0) io.out(args.length === 1 ? "The template is well-formed\n" : "All templates are well-formed\n");
  return wrong === 0 ? 0 : 1;
}
