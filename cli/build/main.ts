/**
 * Writes dist/commands.json after a build: for each command its module, summary and options. The stub in bin/ reads
 * that table instead of loading commands, and help and completion come from it.
 */
import { readdirSync, statSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { product } from "#core/base";
import type { Command } from "#cli/shell";

const dist = join(dirname(fileURLToPath(import.meta.url)), "../..");
const folder = join(dist, "cli/commands");

interface Entry {
  readonly module: string;
  readonly path: string;
  readonly summary: string;
  readonly flags: readonly string[];
}

function filesBelow(path: string): string[] {
  return readdirSync(path).flatMap((name) => {
    const full = join(path, name);
    if (statSync(full).isDirectory()) return filesBelow(full);
    return name.endsWith(".js") && !name.endsWith(".test.js") ? [full] : [];
  });
}

async function entriesOf(file: string): Promise<[string, Entry][]> {
  const loaded = (await import(pathToFileURL(file).href)) as { readonly command?: Command };
  const { command } = loaded;
  if (!command) return [];
  const path = command.path.join(" ");
  const entry: Entry = {
    module: relative(dist, file),
    path,
    summary: command.summary,
    flags: command.flags.map((flag) => flag.name),
  };
  return [command.path, ...(command.aliases ?? [])].map((name) => [name.join(" "), entry]);
}

const entries = (await Promise.all(filesBelow(folder).sort().map(entriesOf))).flat();
const table = { product, commands: Object.fromEntries(entries.sort(([left], [right]) => (left < right ? -1 : 1))) };
writeFileSync(join(dist, "commands.json"), `${JSON.stringify(table)}\n`);
