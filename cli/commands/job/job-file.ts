import { randomBytes } from "node:crypto";
import { resolve } from "node:path";
import { err, failureOf, ok, product, type Result } from "#core/base";
import { compatibleLine, type Diagnostic, diagnosticLine, hasErrors, renderDiagnostic } from "#core/hcl";
import { parseJobFile, readApiJob } from "#core/jobspec";
import type { JobDraft } from "#core/model";
import { type Context, type Flag, readTextFile } from "#cli/shell";
import { localFiles } from "./local-files.ts";

/** Options of every command that reads a job file. */
export const jobFileFlags: readonly Flag[] = [
  {
    name: "hcl2-strict",
    type: "bool",
    help: "Values for variables that the file does not declare are errors. Default true.",
  },
  { name: "json", type: "bool", help: "The file is in the API's JSON form." },
  { name: "var", type: "list", value: "name=value", help: "Sets a variable of the file." },
  { name: "var-file", type: "list", value: "path", help: "Reads variables from a file." },
];

export const vaultNamespaceFlag: Flag = {
  name: "vault-namespace",
  type: "text",
  value: "namespace",
  help: "The Vault namespace of the job.",
};

/** A job as its author wrote it. */
export interface ReadJob {
  readonly job: JobDraft;
  readonly source: string;
  readonly format: string;
  /** The variable files, one after the other. */
  readonly variables: string;
}

/** The job of a file, or all that is wrong with it. */
export async function readJob(context: Context, path: string): Promise<Result<ReadJob>> {
  const text = await readSource(context, path);
  if (!text.ok) return text;
  if (context.flags.bool("json")) {
    if (context.flags.has("var") || context.flags.has("var-file"))
      return err("invalid", "Invalid job options: cannot use variables with JSON files.");
    const job = readApiJob(text.value);
    return job.ok ? ok({ job: job.value, source: text.value, format: "json", variables: "" }) : job;
  }
  const varFiles = readVarFiles(context.flags.list("var-file"));
  if (!varFiles.ok) return varFiles;
  const file = path === "-" ? "stdin.hcl" : path;
  const strict = !context.flags.has("hcl2-strict") || context.flags.bool("hcl2-strict");
  const options = { file, strict, variables: context.flags.list("var"), varFiles: varFiles.value, env: context.env };
  const { job, diagnostics } = parseJobFile(text.value, {
    ...options,
    files: localFiles(process.cwd(), context.env["HOME"]),
    random: (count) => randomBytes(count),
  });
  for (const warning of diagnostics.filter((each) => each.severity === "warning"))
    context.io.err(`${diagnosticLine(warning)}\n`);
  if (job === undefined || hasErrors(diagnostics)) return parseRefusal(context, path, diagnostics);
  const variables = varFiles.value.map((each) => each.text).join("\n");
  return ok({ job: { ...job, ...namespaces(context) }, source: text.value, format: "hcl2", variables });
}

/** The namespaces of other programs that an argument names. */
function namespaces({ flags }: Context): Partial<JobDraft> {
  const [consulNamespace, vaultNamespace] = [flags.text("consul-namespace"), flags.text("vault-namespace")];
  return { ...(consulNamespace && { consulNamespace }), ...(vaultNamespace && { vaultNamespace }) };
}

/** Each problem with the lines that it is about; in the compatible form one line each. */
function parseRefusal({ program }: Context, path: string, diagnostics: readonly Diagnostic[]): Result<never> {
  const show = program === product.compatibleName ? compatibleLine : renderDiagnostic;
  const problems = diagnostics.map((diagnostic) => show(diagnostic)).join("\n");
  return err("invalid", `Error parsing job file from ${path}:\n${problems}`.trimEnd());
}

async function readSource(context: Context, path: string): Promise<Result<string>> {
  try {
    return ok(path === "-" ? await context.io.readAll() : readTextFile(path));
  } catch (error) {
    const prefix = `Error getting jobfile from ${JSON.stringify(path)}`;
    if ((error as NodeJS.ErrnoException).code !== "ENOENT")
      return err("invalid", `${prefix}: ${failureOf(error).message}`);
    const message = `${prefix}: source path error: stat ${resolve(path)}: no such file or directory`;
    return err("not_found", message, { hint: "`drover job init` writes an example" });
  }
}

function readVarFiles(paths: readonly string[]): Result<{ file: string; text: string }[]> {
  const files: { file: string; text: string }[] = [];
  for (const file of paths)
    try {
      files.push({ file, text: readTextFile(file) });
    } catch (error) {
      const isMissing = (error as NodeJS.ErrnoException).code === "ENOENT";
      const reason = isMissing ? "no such file or directory" : failureOf(error).message;
      return err("not_found", `variable file ${JSON.stringify(file)}: ${reason}`, { field: "-var-file" });
    }
  return ok(files);
}
