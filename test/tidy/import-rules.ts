import { posix } from "node:path";
import { type Finding, finding, type SourceFile } from "./finding.ts";
import { allowedPackages, coreLayers, surfaceModules } from "./layers.ts";
import { homeOf, moduleNamed } from "./places.ts";

/** The order in which the modules of a service may build on each other, read from its README: `1. \`name\` …`. */
export type ServiceOrder = Readonly<Record<string, readonly string[]>>;

export function readServiceOrder(readme: string): string[] {
  return [...readme.matchAll(/^\d+\. `([^`]+)`/gm)].map((match) => match[1] as string);
}

/** A relative import stays in its module's folder; everything else goes through a module's name. */
export function checkEntryPoints(file: SourceFile): Finding[] {
  const home = homeOf(file.path);
  const findings: Finding[] = [];
  for (const entry of file.parsed.imports) {
    if (!entry.name.startsWith(".")) continue;
    const target = posix.normalize(posix.join(posix.dirname(file.path), entry.name));
    const stays = home !== undefined && homeOf(target)?.module === home.module;
    if (!stays)
      findings.push(finding("entry-point", file, entry.start, `${entry.name} leaves the module; import it by name`));
  }
  return findings;
}

export function checkLayers(file: SourceFile, order: ServiceOrder): Finding[] {
  const home = homeOf(file.path);
  if (home === undefined || home.isTest || home.area === "bench") return [];
  const findings: Finding[] = [];
  for (const entry of file.parsed.imports) {
    const target = moduleNamed(entry.name);
    if (target === undefined || target === home.module) continue;
    const refusal = refuse(home.module, target, order);
    if (refusal)
      findings.push(finding("layer", file, entry.start, `${home.module} must not import ${target}: ${refusal}`));
  }
  return findings;
}

function refuse(from: string, to: string, order: ServiceOrder): string | undefined {
  const [area, second] = from.split("/") as [string, string];
  const [toArea, toSecond] = to.split("/") as [string, string];
  if (toArea === "test") return "only tests import test";
  if (area === "core") return refuseCore(second, toArea, toSecond);
  if (area === "services") return refuseService(from, to, order);
  if (area === "integrations") return toArea === "core" ? undefined : "integrations see only core";
  if (area === "ui" || from.startsWith("cli/commands")) return refuseSurface(toArea, toSecond);
  return undefined;
}

function refuseCore(module: string, toArea: string, toModule: string): string | undefined {
  if (toArea !== "core") return "core sees only core";
  const allowed = coreLayers[module];
  if (allowed === undefined) return `core/${module} has no row in the layer table`;
  return allowed.includes(toModule) ? undefined : "against the direction of the layer table";
}

function refuseService(from: string, to: string, order: ServiceOrder): string | undefined {
  if (to.startsWith("core/")) return undefined;
  const service = from.split("/").slice(0, 2).join("/");
  if (!to.startsWith(`${service}/`)) return "a service sees only core and its own modules";
  const listed = order[service] ?? [];
  const [fromAt, toAt] = [listed.indexOf(from.slice(service.length + 1)), listed.indexOf(to.slice(service.length + 1))];
  if (fromAt === -1) return `${service}/README.md does not list ${from}`;
  if (toAt === -1) return `${service}/README.md does not list ${to}`;
  return toAt < fromAt ? undefined : `${service}/README.md lists it later`;
}

function refuseSurface(toArea: string, toModule: string): string | undefined {
  if (toArea === "cli") return undefined;
  if (toArea === "core" && surfaceModules.includes(toModule)) return undefined;
  return "commands and ui see only the surface modules of core";
}

/** A package may be imported only by the module that owns it. Node's own modules are closed to core and ui. */
export function checkPackages(file: SourceFile): Finding[] {
  const home = homeOf(file.path);
  if (home === undefined || home.isTest || home.area === "bench") return [];
  const findings: Finding[] = [];
  for (const entry of file.parsed.imports) {
    if (entry.name.startsWith(".") || entry.name.startsWith("#")) continue;
    const isNode = entry.name.startsWith("node:");
    const isOpen = isNode ? home.area !== "core" && home.area !== "ui" : ownsPackage(home.module, entry.name);
    if (!isOpen) findings.push(finding("package", file, entry.start, `${home.module} may not import ${entry.name}`));
  }
  return findings;
}

function ownsPackage(module: string, name: string): boolean {
  return (allowedPackages[module] ?? []).some((owned) => name === owned || name.startsWith(`${owned}/`));
}
