/** Where a file belongs: `core/base/heap.ts` is in module `core/base` of area `core`. */
export interface Home {
  readonly area: string;
  readonly module: string;
  readonly isTest: boolean;
}

/** How many leading folders name a module in each area; everything deeper belongs to it. */
const nestedModules: readonly RegExp[] = [
  /^(core)\/([^/]+)\//,
  /^(services)\/(server|client|federation)\/(leader|driver)\/([^/.]+)\//,
  /^(services)\/(server|client|federation)\/([^/.]+)\//,
  /^(integrations)\/([^/.]+)\//,
  /^(cli)\/(commands)\/([^/.]+)\//,
  /^(cli)\/([^/.]+)\//,
  /^(test)\/([^/.]+)\//,
];

export function homeOf(path: string): Home | undefined {
  const area = path.split("/")[0] as string;
  if (area === "ui" || area === "bench") return { area, module: area, isTest: path.endsWith(".test.ts") };
  for (const pattern of nestedModules) {
    const match = pattern.exec(path);
    if (match) return { area, module: match[0].slice(0, -1), isTest: path.endsWith(".test.ts") || area === "test" };
  }
  return undefined;
}

const aliases: Readonly<Record<string, string>> = {
  "#core/": "core/",
  "#server/": "services/server/",
  "#client/": "services/client/",
  "#federation/": "services/federation/",
  "#integrations/": "integrations/",
  "#cli/": "cli/",
  "#test/": "test/",
};

/** The module that `#core/raft` names, or undefined for anything that is not an internal name. */
export function moduleNamed(name: string): string | undefined {
  for (const [alias, folder] of Object.entries(aliases)) {
    if (name.startsWith(alias)) return folder + name.slice(alias.length);
  }
  return undefined;
}
