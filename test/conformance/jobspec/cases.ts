import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import type { FileAccess } from "#core/hcl";
import type { ParseOptions } from "#core/jobspec";
import { parseJson } from "#core/wire";

const shared = process.env["DROVER_SHARED"] ?? resolve(import.meta.dirname, "../../../../shared");

/** Where the golden cases are; suites fail in CI without them and are skipped elsewhere. */
export const folder = join(shared, "conformance/jobspec");
export const isPresent = existsSync(folder);
if (!isPresent && process.env["CI"]) throw new Error(`no golden cases at ${folder}; set DROVER_SHARED`);
if (!isPresent) process.stderr.write(`skipped: no golden cases at ${folder}\n`);

export function read(name: string): string {
  return readFileSync(join(folder, name), "utf8");
}

export function readIfAny(name: string): string | undefined {
  return existsSync(join(folder, name)) ? read(name) : undefined;
}

/** Names of the files that end so, without the ending. */
export function namesEnding(ending: string, inside = ""): string[] {
  if (!isPresent) return [];
  return readdirSync(join(folder, inside))
    .filter((name) => name.endsWith(ending))
    .map((name) => name.slice(0, -ending.length));
}

/** A JSON text with exact numbers. */
export function exactJson(text: string): unknown {
  const parsed = parseJson(text);
  if (!parsed.ok) throw new Error(parsed.failure.message);
  return parsed.value;
}

/** File functions work in the folder of the cases, as they did when the cases were recorded. */
export const files: FileAccess = {
  read: (path) => {
    const full = resolve(folder, path);
    return existsSync(full) ? readFileSync(full) : undefined;
  },
  exists: (path) => existsSync(resolve(folder, path)),
  list: (path) =>
    readdirSync(resolve(folder, path), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name).slice(resolve(folder, path).length + 1)),
  workingDirectory: folder,
  homeDirectory: "/root",
};

export interface Command {
  readonly options: ParseOptions;
  readonly json: boolean;
  readonly consulNamespace: string | undefined;
  readonly vaultNamespace: string | undefined;
  /** A variable file that does not exist. */
  readonly missing: string | undefined;
}

/** What the case's arguments and environment mean for the parser. */
export function commandOf(name: string): Command {
  const args = (readIfAny(`${name}.args`) ?? "").split("\n").filter((line) => line !== "");
  const env = Object.fromEntries(
    (readIfAny(`${name}.env`) ?? "").split("\n").flatMap((line) => {
      const at = line.indexOf("=");
      return at === -1 ? [] : [[line.slice(0, at), line.slice(at + 1)] as const];
    }),
  );
  const valueOf = (flag: string): string[] =>
    args.flatMap((arg, index) =>
      arg.startsWith(`-${flag}=`) ? [arg.slice(flag.length + 2)] : arg === `-${flag}` ? [args[index + 1] ?? ""] : [],
    );
  const varFiles = valueOf("var-file");
  return {
    options: {
      file: `${name}.hcl`,
      variables: valueOf("var"),
      env,
      varFiles: varFiles.flatMap((file) => (readIfAny(file) === undefined ? [] : [{ file, text: read(file) }])),
      files,
      strict: !args.includes("-hcl2-strict=false"),
    },
    json: args.includes("-json"),
    consulNamespace: valueOf("consul-namespace")[0],
    vaultNamespace: valueOf("vault-namespace")[0],
    missing: varFiles.find((file) => readIfAny(file) === undefined),
  };
}
