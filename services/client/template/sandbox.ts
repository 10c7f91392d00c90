import { isAbsolute, join, normalize, sep } from "node:path";
import type { Sandbox } from "./protocol.ts";

/** The absolute path that a template means. */
export function absolutePath({ base }: Sandbox, path: string): string {
  return normalize(isAbsolute(path) ? path : join(base, path));
}

/** Why a path may not be used, by its text alone; what links make of it is looked at when it is opened. */
export function refusePath(sandbox: Sandbox, path: string): string | undefined {
  const absolute = absolutePath(sandbox, path);
  const isInside = !path.includes("\0") && sandbox.roots.some((root) => isWithin(root, absolute));
  return isInside ? undefined : `'${path}' is outside of sandbox`;
}

export function isWithin(root: string, path: string): boolean {
  return path === root || path.startsWith(root.endsWith(sep) ? root : root + sep);
}
