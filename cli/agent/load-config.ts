import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { err, failureOf, ok, type Result } from "#core/base";
import { type AgentSettings, type ConfigFile, inertKeys, mergeFiles, readConfigFile } from "#core/config";
import { hasErrors, renderDiagnostic } from "#core/hcl";

export interface LoadedConfig {
  readonly settings: AgentSettings;
  /** One line for each key that nothing comes of. */
  readonly warnings: readonly string[];
  readonly files: readonly string[];
}

/** Files and folders in their order; of a folder its `.hcl` and `.json` files by name. */
export function loadConfig(paths: readonly string[]): Result<LoadedConfig> {
  const files: ConfigFile[] = [];
  const names: string[] = [];
  for (const path of paths) {
    const found = filesAt(path);
    if (!found.ok) return found;
    for (const name of found.value) {
      const file = readFile(name);
      if (!file.ok) return file;
      files.push(file.value);
      names.push(name);
    }
  }
  const broken = files.filter((file) => hasErrors(file.diagnostics));
  if (broken.length > 0) {
    const text = broken.flatMap((file) => file.diagnostics.map(renderDiagnostic)).join("\n");
    return err("invalid", text.trimEnd());
  }
  return ok({ settings: mergeFiles(files), warnings: inertKeys(files.flatMap((file) => file.keys)), files: names });
}

function filesAt(path: string): Result<string[]> {
  try {
    if (!statSync(path).isDirectory()) return ok([path]);
    const names = readdirSync(path).filter((name) => /\.(hcl|json)$/.test(name) && !name.startsWith("."));
    return ok(names.sort().map((name) => join(path, name)));
  } catch (error) {
    return err("not_found", `configuration ${path}: ${failureOf(error).message}`, { field: "-config" });
  }
}

function readFile(path: string): Result<ConfigFile> {
  try {
    return ok(readConfigFile(readFileSync(path, "utf8"), path));
  } catch (error) {
    return err("io", `configuration ${path}: ${failureOf(error).message}`, { field: "-config" });
  }
}
