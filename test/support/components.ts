import { existsSync } from "node:fs";
import { join } from "node:path";

/** Where `.ci/components` puts the real programs that tests run. */
const home = process.env["DROVER_COMPONENTS"] ?? "/opt/drover-components";

/** A real component: its path, or undefined where it is not installed; in CI that is a failure. */
export function component(name: "chromium" | "consul" | "envoy"): string | undefined {
  const named = process.env[`DROVER_${name.toUpperCase()}`];
  const path = named ?? (name === "chromium" ? "/usr/bin/chromium" : join(home, "bin", name));
  if (existsSync(path)) return path;
  if (process.env["CI"]) throw new Error(`${path} is missing: .ci/components installs it`);
  return undefined;
}
