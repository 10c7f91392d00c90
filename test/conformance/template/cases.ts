import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type Host, parseTemplate, type Pass, renderWith, type WorldData, worldOf } from "#core/template";
import type { Failure, Result } from "#core/base";
import { Prng } from "#core/base";
import { parseJson } from "#core/wire";
import { conformanceFolder, isConformancePresent } from "#test/support";
import { testCryptography } from "./cryptography.ts";
import { runPlugin } from "./plugin.ts";

/** The clock of the test world. */
export const NOW_MS = 1_795_246_461_000;
const DIR = "/work/dir";

export interface Case {
  readonly name: string;
  readonly source: string;
  readonly data: WorldData;
  readonly out: string | undefined;
  readonly err: string | undefined;
  readonly blocked: readonly string[] | undefined;
  readonly folder: string;
}

export const isPresent = isConformancePresent("template");

function readIfAny(folder: string, name: string): string | undefined {
  const path = join(folder, name);
  return existsSync(path) ? readFileSync(path, "utf8") : undefined;
}

function load(name: string): Case {
  const folder = join(conformanceFolder("template"), name);
  const data = parseJson((readIfAny(folder, "data.json") ?? "{}").replaceAll("$DIR", DIR));
  if (!data.ok) throw new Error(`${name}: ${data.failure.message}`);
  return {
    name,
    folder,
    source: readIfAny(folder, "in.tpl") ?? "",
    data: data.value as WorldData,
    out: readIfAny(folder, "out.txt"),
    err: readIfAny(folder, "err.txt")?.trimEnd(),
    blocked: readIfAny(folder, "blocked.txt")
      ?.split("\n")
      .filter((line) => line !== ""),
  };
}

export function allCases(): Case[] {
  if (!isPresent) return [];
  return readdirSync(conformanceFolder("template"), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => load(entry.name));
}

/** Why `file` refuses a path, as the recorded sandbox does it. */
function refusePath(sandbox: string | undefined, files: WorldData["files"]) {
  return (path: string): string | undefined => {
    if (sandbox === undefined || sandbox === "") return undefined;
    const exists = path.startsWith("/") || files?.[path] !== undefined;
    if (!exists) return `failed to resolve target path: lstat ${path}: no such file or directory`;
    if (!path.startsWith("/")) return `failed to get relative path: Rel: can't make ${path} relative to ${sandbox}`;
    const parts: string[] = [];
    for (const part of path.split("/")) {
      if (part === "..") parts.pop();
      else if (part !== "." && part !== "") parts.push(part);
    }
    return `/${parts.join("/")}/`.startsWith(`${sandbox}/`) ? undefined : `'${path}' is outside of sandbox`;
  };
}

export function hostOf(data: WorldData): Host {
  return {
    nowMs: NOW_MS,
    random: new Prng(1),
    environment: new Map([["PATH", "/usr/bin:/bin"], ["HOME", "/root"], ...Object.entries(data.env ?? {})]),
    addresses: [{ name: "lo", cidr: "127.0.0.1/8", flags: ["up", "loopback"] }],
    refusePath: refusePath(data.options?.sandbox_path, data.files),
    refuseOwner: (kind, name) => (name === "root" ? undefined : `${kind}: unknown ${kind} ${name}`),
    runPlugin,
    cryptography: testCryptography,
  };
}

/** Files of absolute paths are known by their path in the sandbox too. */
export function withAbsoluteFiles(data: WorldData): WorldData {
  const files = Object.entries(data.files ?? {}).flatMap(([path, content]) => [
    [path, content] as const,
    [`${DIR}/${path}`, content] as const,
    [`${DIR}/sandbox/../${path}`, content] as const,
  ]);
  return { ...data, files: Object.fromEntries(files) };
}

export function play(one: Pick<Case, "source" | "data">): Result<Pass> {
  const { options } = one.data;
  const template = parseTemplate(one.source, {
    file: "in.tpl",
    delimiters: { left: options?.left_delimiter ?? "{{", right: options?.right_delimiter ?? "}}" },
  });
  if (!template.ok) return template;
  const host = hostOf(one.data);
  const world = worldOf(withAbsoluteFiles(one.data), host);
  return renderWith(template.value, world, {
    host,
    failsOnMissingKey: options?.error_on_missing_key ?? false,
    denied: options?.function_denylist ?? [],
  });
}

export function errorText({ message }: Failure): string {
  return message.replaceAll(DIR, "$DIR").trimEnd();
}

/** `parse:3`, `execute:1`, or `dependency`: what must match in any case. */
export function classOf(text: string): string {
  const found =
    /^in\.tpl: (parse|execute): template: :(\d+):/.exec(text) ?? /^in\.tpl: (exec)\S*: template: :(\d+):/.exec(text);
  return found === null ? "dependency" : `${found[1]}:${found[2]}`;
}
