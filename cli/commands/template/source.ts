import { readFile } from "node:fs/promises";
import { err, ok, type Result } from "#core/base";
import type { Delimiters, Dialect, WorldData } from "#core/template";
import { parseJson } from "#core/wire";
import type { Context, Flag } from "#cli/shell";

/** How a template is read. */
export const sourceFlags: readonly Flag[] = [
  {
    name: "dialect",
    type: "text",
    value: "go|handlebars",
    help: "Language of the template. Default go, handlebars for a name that ends in .hbs.",
  },
  { name: "left-delimiter", type: "text", value: "text", help: "What begins an action. Default {{." },
  { name: "right-delimiter", type: "text", value: "text", help: "What ends an action. Default }}." },
];

/** The delimiters of the options, else of the data, else the usual ones. */
export function delimitersOf({ flags }: Context, options: WorldData["options"]): Delimiters {
  return {
    left: flags.text("left-delimiter") ?? options?.left_delimiter ?? "{{",
    right: flags.text("right-delimiter") ?? options?.right_delimiter ?? "}}",
  };
}

export async function readText(path: string): Promise<Result<string>> {
  try {
    return ok(await readFile(path, "utf8"));
  } catch (error) {
    return err("io", error instanceof Error ? error.message : String(error));
  }
}

/** The dialect by its name, else by the file's: `.hbs` and `.handlebars` are Handlebars. */
export function dialectOf(name: string | undefined, file: string): Result<Dialect> {
  if (name === undefined) return ok(/\.(hbs|handlebars)$/.test(file) ? "handlebars" : "go");
  if (name === "go") return ok("go");
  if (name === "handlebars") return ok("handlebars");
  return err("bad_request", `the dialect is go or handlebars, not ${name}`);
}

/** The data file with the variables that were given beside it, `PATH:KEY=VALUE` each. */
export async function readData(path: string | undefined, variables: readonly string[]): Promise<Result<WorldData>> {
  const data = path === undefined ? ok<WorldData>({}) : await readDataFile(path);
  return data.ok ? withVariables(data.value, variables) : data;
}

async function readDataFile(path: string): Promise<Result<WorldData>> {
  const text = await readText(path);
  if (!text.ok) return text;
  const parsed = parseJson(text.value);
  if (!parsed.ok) return err("bad_request", `${path}: ${parsed.failure.message}`);
  const { value } = parsed;
  if (typeof value !== "object" || value === null || Array.isArray(value))
    return err("bad_request", `${path}: an object with consul, vault, nomad, env, files and options is expected`);
  return ok(value as WorldData);
}

function withVariables(data: WorldData, given: readonly string[]): Result<WorldData> {
  const added = new Map<string, Record<string, string>>();
  for (const one of given) {
    const { path, key, value } = /^(?<path>[^:=]+):(?<key>[^=]+)=(?<value>[\s\S]*)$/.exec(one)?.groups ?? {};
    if (path === undefined || key === undefined || value === undefined)
      return err("bad_request", `-vars takes PATH:KEY=VALUE, not ${JSON.stringify(one)}`);
    added.set(path, { ...added.get(path), [key]: value });
  }
  const known = data.nomad?.variables ?? [];
  const variables = [
    ...known.map((variable) => ({ ...variable, items: { ...variable.items, ...added.get(variable.path) } })),
    ...[...added].filter(([path]) => !known.some((one) => one.path === path)).map(([path, items]) => ({ path, items })),
  ];
  return ok({ ...data, nomad: { ...data.nomad, variables } });
}
