import { ok, err, type Result } from "#core/base";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { RunFolder, runRoot } from "../proxy/run-folder.ts";
import { WANTED_FILE, type WantedResources } from "../proxy/wanted.ts";
import { type HeldResource, proxiesOf } from "./proxies.ts";

export interface ConfigReport {
  readonly proxyId: string;
  readonly held: readonly HeldResource[];
  readonly differences: readonly string[];
}

/** What an Envoy has, and where that differs from what it should have. */
export async function configOf(
  name: string,
  env: Readonly<Record<string, string | undefined>>,
): Promise<Result<ConfigReport>> {
  const root = runRoot(env);
  const proxies = await proxiesOf(root);
  const found = proxies.filter(({ record }) => record.proxyId.startsWith(name) || record.serviceId === name);
  const [proxy, second] = found;
  if (!proxy)
    return err("not_found", `no proxy ${JSON.stringify(name)} runs on this machine`, {
      hint:
        proxies.length === 0 ? "none runs here" : `there are ${proxies.map(({ record }) => record.proxyId).join(", ")}`,
    });
  if (second)
    return err(
      "bad_request",
      `${JSON.stringify(name)} is the beginning of several: ${found.map(({ record }) => record.proxyId).join(", ")}`,
    );
  const folder = RunFolder.all(root).find((each) => each.read()?.proxyId === proxy.record.proxyId);
  const wanted = folder ? readWanted(folder.path) : [];
  return ok({
    proxyId: proxy.record.proxyId,
    held: proxy.resources,
    differences: differencesOf(wanted, proxy.resources),
  });
}

function readWanted(folder: string): WantedResources {
  try {
    return JSON.parse(readFileSync(join(folder, WANTED_FILE), "utf8")) as WantedResources;
  } catch {
    return [];
  }
}

/** A line for each resource that is missing, old, refused, or should not be there. Secrets do not show. */
export function differencesOf(wanted: WantedResources, held: readonly HeldResource[]): string[] {
  const lines: string[] = [];
  const byKey = new Map(held.map((resource) => [`${resource.kind} ${resource.name}`, resource]));
  const shown = wanted.filter(({ kind }) => kind !== "secret");
  for (const { kind, name, version } of shown) {
    const has = byKey.get(`${kind} ${name}`);
    if (has?.refusal) lines.push(`! ${kind} ${name}: refused: ${has.refusal.reason}`);
    else if (!has || (has.version === "" && kind !== "endpoint")) lines.push(`- ${kind} ${name}: missing`);
    else if (has.version !== version) lines.push(`~ ${kind} ${name}: has ${has.version}, should have ${version}`);
  }
  const names = new Set(shown.map(({ kind, name }) => `${kind} ${name}`));
  // Envoy makes an assignment of every static cluster itself.
  const others = held.filter(({ kind }) => kind !== "endpoint" && kind !== "secret");
  for (const { kind, name } of others)
    if (!names.has(`${kind} ${name}`)) lines.push(`+ ${kind} ${name}: should not be there`);
  return lines;
}
