import { type TemplateFunction, templateFunctions } from "#core/template";
import { answerFlags, type Command, type Context, fail, showAnswer, wantsAnswer } from "#cli/shell";

export const command: Command = {
  path: ["template", "functions"],
  summary: "List the functions of templates",
  usage: "[options] [<name>]",
  help: "Lists the functions that templates may call, or those whose names hold the given text. As JSON the list serves\neditors for completion.",
  usesApi: false,
  flags: answerFlags,
  run,
};

async function run(context: Context): Promise<number> {
  const { args, io } = context;
  const wanted = args[0] ?? "";
  const found = templateFunctions.filter(({ name }) => name.toLowerCase().includes(wanted.toLowerCase()));
  if (wantsAnswer(context)) return showAnswer(context, JSON.stringify(found.map(entry)));
  if (found.length === 0) return fail(context, "", { code: "not_found", message: `no function is called ${wanted}` });
  const width = Math.min(40, Math.max(...found.map((one) => usage(one).length)));
  io.out(found.map((one) => `${usage(one).padEnd(width)}  ${one.summary}\n`).join(""));
  return 0;
}

function usage({ name, params, variadic }: TemplateFunction): string {
  return [name, ...params, ...(variadic === undefined ? [] : [`${variadic}...`])].join(" ");
}

function entry(declared: TemplateFunction): Readonly<Record<string, unknown>> {
  const { name, group, params, variadic, result, summary, kind, dialects, isDeniedByDefault } = declared;
  return {
    Name: name,
    Usage: usage(declared),
    Group: group,
    Params: [...params, ...(variadic === undefined ? [] : [`${variadic}...`])],
    Result: result,
    Summary: summary,
    Kind: kind,
    Dialects: dialects,
    DeniedByDefault: isDeniedByDefault,
  };
}
