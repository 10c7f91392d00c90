import { readFile } from "node:fs/promises";
import type { Failure, Result } from "#core/base";
import { err, ok } from "#core/base";
import {
  deniedByDefault,
  parseHandlebars,
  parseTemplate,
  type Pass,
  renderWith,
  type Template,
  type WorldData,
  worldOf,
} from "#core/template";
import { parseJson } from "#core/wire";
import { type Command, type Context, fail, failUsage } from "#cli/shell";
import { explain } from "./explain.ts";
import { localHost } from "./host.ts";

export const command: Command = {
  path: ["template", "render"],
  summary: "Render a template from a data file",
  usage: "[options] <file>",
  help: "Renders a task template over data that is written down: keys, services, secrets, variables, files and the\nenvironment. Nothing is asked of Consul, Vault or an agent. Files are written by no function.",
  usesApi: false,
  flags: [
    { name: "data", type: "text", value: "file", help: "JSON with consul, vault, nomad, env, files and options." },
    { name: "dialect", type: "text", value: "go|handlebars", help: "Language of the template. Default go." },
    { name: "env", type: "bool", help: "Lets the template see this process's environment." },
    { name: "deps", type: "bool", help: "Prints the names of what the template depends on instead of its output." },
    { name: "allow-all", type: "bool", help: "Allows the functions that an agent denies by default." },
  ],
  run,
};

async function run(context: Context): Promise<number> {
  const { args, flags, io } = context;
  const file = args[0];
  if (file === undefined || args.length > 1) return failUsage(context, "This command takes one argument: <file>");
  const source = await readText(file);
  if (!source.ok) return fail(context, "", source.failure);
  const data = await readData(flags.text("data"));
  if (!data.ok) return fail(context, "", data.failure);
  const template = parse(source.value, file, data.value, flags.text("dialect") ?? "go");
  if (!template.ok) return refuse(context, template.failure, source.value);
  const pass = renderPass(context, template.value, data.value);
  if (!pass.ok) return refuse(context, pass.failure, source.value);
  if (pass.value.printed !== "") io.err(pass.value.printed);
  if (flags.bool("deps")) {
    io.out(pass.value.used.map(({ name }) => `${name}\n`).join(""));
    return 0;
  }
  if (pass.value.output === undefined) {
    io.err(`Missing: ${pass.value.missing.map(({ name }) => name).join(", ")}\n`);
    return 1;
  }
  io.out(pass.value.output);
  return 0;
}

function refuse({ io }: Context, failure: Failure, source: string): number {
  io.err(explain(failure, source));
  return 1;
}

export async function readText(path: string): Promise<Result<string>> {
  try {
    return ok(await readFile(path, "utf8"));
  } catch (error) {
    return err("io", error instanceof Error ? error.message : String(error));
  }
}

async function readData(path: string | undefined): Promise<Result<WorldData>> {
  if (path === undefined) return ok({});
  const text = await readText(path);
  if (!text.ok) return text;
  const parsed = parseJson(text.value);
  return parsed.ok ? ok(parsed.value as WorldData) : err("bad_request", `${path}: ${parsed.failure.message}`);
}

export function parse(source: string, file: string, data: WorldData, dialect: string): Result<Template> {
  const { left_delimiter: left = "{{", right_delimiter: right = "}}" } = data.options ?? {};
  if (dialect === "handlebars") return parseHandlebars(source, { file });
  if (dialect === "go") return parseTemplate(source, { file, delimiters: { left, right } });
  return err("bad_request", `the dialect is go or handlebars, not ${dialect}`);
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
