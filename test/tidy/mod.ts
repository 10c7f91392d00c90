/** The rules of the house that no linter knows; `checkTree` holds a set of sources against all of them. */
import { parseModule } from "#test/tools";
import type { Finding, SourceFile } from "./finding.ts";
import { checkCycles, checkUnused } from "./graph-rules.ts";
import { checkEntryPoints, checkLayers, checkPackages, readServiceOrder, type ServiceOrder } from "./import-rules.ts";
import { checkModuleState, checkPurity, checkSize } from "./source-rules.ts";

export type { Finding } from "./finding.ts";

/** `sources` maps paths to texts: TypeScript files and the services' README.md. */
export function checkTree(sources: ReadonlyMap<string, string>): Finding[] {
  const order = serviceOrder(sources);
  const files = [...sources]
    .filter(([path]) => /\.tsx?$/.test(path))
    .map(([path, text]): SourceFile => ({ path, text, parsed: parseModule(path, text) }));
  const perFile = files.flatMap((file) => [
    ...file.parsed.errors.map((message): Finding => ({ rule: "parse", path: file.path, line: 1, message })),
    ...checkEntryPoints(file),
    ...checkLayers(file, order),
    ...checkPackages(file),
    ...checkPurity(file),
    ...checkModuleState(file),
    ...checkSize(file),
  ]);
  return [...perFile, ...checkCycles(files), ...checkUnused(files)];
}

function serviceOrder(sources: ReadonlyMap<string, string>): ServiceOrder {
  const readmes = [...sources].filter(([path]) => /^services\/[^/]+\/README\.md$/.test(path));
  return Object.fromEntries(readmes.map(([path, text]) => [path.replace("/README.md", ""), readServiceOrder(text)]));
}
