import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { err, failureOf, ok, product, type Result } from "#core/base";
import { compatibleLine, type Diagnostic, formatHcl, renderDiagnostic } from "#core/hcl";
import { unifiedDiff } from "#core/diff";
import { type Command, type Context, fail, readTextFile } from "#cli/shell";
import { replaceFile } from "./replace-file.ts";

const DEPTH_MAX = 64;
const ENDINGS = [".nomad", ".nomad.hcl", ".drover.hcl", ".hcl"];

export const command: Command = {
  path: ["fmt"],
  summary: "Rewrites Nomad config and job files to canonical format",
  usage: "[options] [path ...]",
  help: `Brings job files and configuration into their canonical layout, and prints the names of those that changed.
A folder stands for its files that end in ${ENDINGS.join(", ")}; - for the standard input. The default is this folder.
A file that cannot be read is told and left as it is, the others are done; the exit code is then 1.`,
  usesApi: false,
  flags: [
    { name: "check", type: "bool", help: "Writes nothing; exits with 1 if a file is not in canonical layout." },
    { name: "diff", type: "bool", help: "Prints what changes, as diff -u does." },
    { name: "list", type: "bool", help: "Prints the names of the files that change. Default true." },
    { name: "recursive", type: "bool", help: "Looks into folders within folders." },
    { name: "write", type: "bool", help: "Writes the files. Default true." },
  ],
  run,
};

interface Outcome {
  readonly isChanged: boolean;
  readonly isRefused: boolean;
}

async function run(context: Context): Promise<number> {
  const paths = context.args.length === 0 ? ["."] : context.args;
  if (paths.includes("-")) return formatStandardInput(context);
  const depth = context.flags.bool("recursive") ? DEPTH_MAX : 1;
  const outcomes = paths.flatMap((path) => {
    const files = filesOf(path, depth);
    if (files.ok) return files.value.map((file) => outcomeOf(context, formatFile(context, file)));
    return [outcomeOf(context, files)];
  });
  if (outcomes.some((outcome) => outcome.isRefused)) return 1;
  return context.flags.bool("check") && outcomes.some((outcome) => outcome.isChanged) ? 1 : 0;
}

function outcomeOf(context: Context, changed: Result<unknown>): Outcome {
  if (!changed.ok) fail(context, "", changed.failure);
  return { isChanged: changed.ok && changed.value === true, isRefused: !changed.ok };
}

async function formatStandardInput(context: Context): Promise<number> {
  const text = await context.io.readAll();
  const formatted = format(context, text, "<stdin>");
  if (!formatted.ok) return fail(context, "", formatted.failure);
  if (context.flags.bool("diff")) context.io.out(unifiedDiff("<stdin>", text, formatted.value));
  if (context.flags.bool("check")) return formatted.value === text ? 0 : 1;
  if (!context.flags.bool("diff")) context.io.out(formatted.value);
  return 0;
}

/** Whether the file was not in canonical layout. */
function formatFile(context: Context, file: string): Result<boolean> {
  const { flags, io } = context;
  try {
    const text = readTextFile(file);
    const formatted = format(context, text, file);
    if (!formatted.ok) return formatted;
    if (formatted.value === text) return ok(false);
    if (!flags.has("list") || flags.bool("list")) io.out(`${file}\n`);
    if (flags.bool("diff")) io.out(unifiedDiff(file, text, formatted.value));
    const writes = !flags.bool("check") && (!flags.has("write") || flags.bool("write"));
    if (writes) replaceFile(file, formatted.value);
    return ok(true);
  } catch (error) {
    return err("io", `Error formatting ${file}: ${failureOf(error).message}`);
  }
}

function format({ program }: Context, text: string, file: string): Result<string> {
  const { text: formatted, diagnostics } = formatHcl(text, file);
  if (formatted !== undefined) return ok(formatted);
  const show = program === product.compatibleName ? compatibleLine : renderDiagnostic;
  const problems = diagnostics.map((diagnostic: Diagnostic) => show(diagnostic)).join("\n");
  return err("invalid", `Error formatting ${file}:\n${problems}`.trimEnd());
}

function filesOf(path: string, depth: number): Result<string[]> {
  try {
    if (!statSync(path).isDirectory()) return ok([path]);
    return ok(filesIn(path, depth));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const reason = code === "ENOENT" ? "no such file or directory" : failureOf(error).message;
    return err("not_found", `stat ${path}: ${reason}`);
  }
}

function filesIn(folder: string, depth: number): string[] {
  const entries = readdirSync(folder, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
  return entries.flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return depth > 1 && !entry.name.startsWith(".") ? filesIn(path, depth - 1) : [];
    return ENDINGS.some((ending) => entry.name.endsWith(ending)) ? [path] : [];
  });
}
