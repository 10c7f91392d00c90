import type { Failure, Result } from "#core/base";
import { nearest } from "#core/base";
import {
  deniedByDefault,
  type Dependency,
  parseEnvFile,
  parseHandlebars,
  parseTemplate,
  type Pass,
  problemAtPosition,
  renderWith,
  type Template,
  type WorldData,
  worldOf,
} from "#core/template";
import { type Command, type Context, fail, failUsage } from "#cli/shell";
import { explain, explainProblem } from "./explain.ts";
import { localHost } from "./host.ts";
import { delimitersOf, dialectOf, readData, readText, sourceFlags } from "./source.ts";

export const command: Command = {
  path: ["template", "render"],
  summary: "Render a template from a data file",
  usage: "[options] <file>",
  help: "Renders a task template over data that is written down: keys, services, secrets, variables, files and the\nenvironment. Nothing is asked of Consul, Vault or an agent. Files are written by no function.",
  usesApi: false,
  flags: [
    { name: "data", type: "text", value: "file", help: "JSON with consul, vault, nomad, env, files and options." },
    ...sourceFlags,
    { name: "env", type: "bool", help: "Lets the template see this process's environment." },
    { name: "env-file", type: "bool", help: "Reads the output as an environment file and prints its variables." },
    { name: "vars", type: "list", value: "path:key=value", help: "An item of a variable. May be given several times." },
    { name: "deps", type: "bool", help: "Prints the names of what the template depends on instead of its output." },
    { name: "allow-all", type: "bool", help: "Allows the functions that an agent denies by default." },
  ],
  run,
};

interface Rendering {
  readonly file: string;
  readonly source: string;
  readonly data: WorldData;
}

async function run(context: Context): Promise<number> {
  const { args, flags } = context;
  const file = args[0];
  if (file === undefined || args.length > 1) return failUsage(context, "This command takes one argument: <file>");
  const source = await readText(file);
  if (!source.ok) return fail(context, "", source.failure);
  const data = await readData(flags.text("data"), flags.list("vars"));
  if (!data.ok) return fail(context, "", data.failure);
  const rendering = { file, source: source.value, data: data.value };
  const template = parse(context, rendering);
  if (!template.ok) return refuse(context, template.failure, source.value);
  const pass = renderPass(context, template.value, data.value);
  return pass.ok ? show(context, rendering, pass.value) : refuse(context, pass.failure, source.value);
}

function show(context: Context, rendering: Rendering, pass: Pass): number {
  const { io, flags } = context;
  if (pass.printed !== "") io.err(pass.printed);
  if (flags.bool("deps")) {
    io.out(pass.used.map(({ name }) => `${name}\n`).join(""));
    return 0;
  }
  if (pass.output === undefined) return tellMissing(context, rendering, pass);
  if (flags.bool("env-file")) return showEnvironment(context, rendering.file, pass.output);
  io.out(pass.output);
  return 0;
}

function showEnvironment(context: Context, file: string, output: string): number {
  const read = parseEnvFile(output);
  if (!read.ok) return fail(context, `error parsing env template "${file}": `, read.failure);
  context.io.out([...read.value].map(([key, value]) => `${key}=${JSON.stringify(value)}\n`).join(""));
  return 0;
}

/** What has no value: where it is asked for, and the name in the data that was probably meant. */
function tellMissing({ io }: Context, { file, source, data }: Rendering, pass: Pass): number {
  const problems = pass.missing.map((dependency) => {
    const hint = nearestInData(dependency, data);
    const message = `Missing: ${dependency.name}`;
    const position = pass.missingAt.get(dependency.name);
    if (position === undefined) return `Error: ${message}\n${hint === undefined ? "" : `hint: ${hint}\n`}`;
    return explainProblem(problemAtPosition(source, file, position, message, hint), source);
  });
  io.err(problems.join("\n"));
  return 1;
}

function nearestInData(dependency: Dependency, data: WorldData): string | undefined {
  const known = namesLike(dependency, data);
  if (known === undefined) return undefined;
  const near = nearest(known.wanted, known.names);
  return near === undefined
    ? `the data has no ${known.wanted}`
    : `the data has no ${known.wanted}; did you mean ${near}?`;
}

function namesLike(
  dependency: Dependency,
  { consul, nomad }: WorldData,
): { readonly wanted: string; readonly names: readonly string[] } | undefined {
  if (dependency.kind === "key") return { wanted: dependency.path, names: Object.keys(consul?.kv ?? {}) };
  if (dependency.kind !== "variable") return undefined;
  return { wanted: dependency.path, names: (nomad?.variables ?? []).map(({ path }) => path) };
}

function refuse({ io }: Context, failure: Failure, source: string): number {
  io.err(explain(failure, source));
  return 1;
}

function parse(context: Context, { file, source, data }: Rendering): Result<Template> {
  const dialect = dialectOf(context.flags.text("dialect"), file);
  if (!dialect.ok) return dialect;
  if (dialect.value === "handlebars") return parseHandlebars(source, { file });
  return parseTemplate(source, { file, delimiters: delimitersOf(context, data.options) });
}

function renderPass(context: Context, template: Template, data: WorldData): Result<Pass> {
  const { flags, env } = context;
  const host = localHost(data, env, flags.bool("env"), context.nowMs());
  return renderWith(template, worldOf(data, host), {
    host,
    failsOnMissingKey: data.options?.error_on_missing_key ?? false,
    denied: data.options?.function_denylist ?? (flags.bool("allow-all") ? [] : deniedByDefault),
  });
}
