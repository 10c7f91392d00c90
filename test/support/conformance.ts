import { existsSync } from "node:fs";
import { join } from "node:path";

const shared = process.env["DROVER_SHARED"] ?? join(import.meta.dirname, "../../../shared");

/** A folder of the golden cases; its absence is a failure in CI and one counted skip elsewhere. */
export function conformanceFolder(name: string): string {
  return join(shared, "conformance", name);
}

export function isConformancePresent(name: string): boolean {
  const folder = conformanceFolder(name);
  if (existsSync(folder)) return true;
  if (process.env["CI"]) throw new Error(`no golden cases at ${folder}: set DROVER_SHARED`);
  return false;
}
