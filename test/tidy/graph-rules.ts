import { posix } from "node:path";
import type { Finding, SourceFile } from "./finding.ts";
import { homeOf, moduleNamed } from "./places.ts";

type Graph = ReadonlyMap<string, readonly string[]>;

function graphOf(files: readonly SourceFile[]): Graph {
  const known = new Set(files.map((file) => file.path));
  return new Map(
    files.map((file) => [
      file.path,
      file.parsed.imports.map((entry) => resolve(file.path, entry.name)).filter((path) => known.has(path)),
    ]),
  );
}

function resolve(from: string, name: string): string {
  if (name.startsWith(".")) return posix.normalize(posix.join(posix.dirname(from), name));
  const module = moduleNamed(name);
  return module === undefined ? name : `${module}/mod.ts`;
}

/** No file may import itself through others: a cycle has no bottom to start reading from. */
export function checkCycles(files: readonly SourceFile[]): Finding[] {
  const graph = graphOf(files);
  const state = new Map<string, "open" | "done">();
  const findings: Finding[] = [];
  const visit = (path: string, trail: readonly string[]): void => {
    if (state.get(path) === "done") return;
    if (state.get(path) === "open") {
      const cycle = [...trail.slice(trail.indexOf(path)), path].join(" → ");
      findings.push({ rule: "cycle", path, line: 1, message: cycle });
      return;
    }
    state.set(path, "open");
    for (const next of graph.get(path) ?? []) visit(next, [...trail, path]);
    state.set(path, "done");
  };
  for (const path of graph.keys()) visit(path, []);
  return findings;
}

const standaloneEntries: readonly RegExp[] = [
  /\/mod\.ts$/,
  /\.test\.ts$/,
  /\.config\.ts$/,
  /\.d\.ts$/,
  /^test\/tools\//,
  /^bench\//,
  /^ui\/main\.tsx?$/,
  /^cli\/commands\/[^/]+\/[^/]+\.ts$/,
  /\/([a-z-]+-)?(main|worker)\.ts$/,
];

/** Every file is an entry or is imported by one. */
export function checkUnused(files: readonly SourceFile[]): Finding[] {
  const graph = graphOf(files);
  const reached = new Set<string>();
  const pending = files.map((file) => file.path).filter((path) => standaloneEntries.some((entry) => entry.test(path)));
  for (let path = pending.pop(); path !== undefined; path = pending.pop()) {
    if (reached.has(path)) continue;
    reached.add(path);
    pending.push(...(graph.get(path) ?? []));
  }
  return files
    .filter((file) => !reached.has(file.path))
    .map((file) => ({
      rule: "unused",
      path: file.path,
      line: 1,
      message: `nothing imports ${homeOf(file.path)?.module ?? "it"}'s file`,
    }));
}
