/** Everything that `${…}` may name: the node's values and the task's environment. */
export interface Scope {
  /** Keys as written: `node.unique.id`, `attr.cpu.arch`, `meta.rack`. */
  readonly node: Readonly<Record<string, string>>;
  readonly env: Readonly<Record<string, string>>;
}

const REFERENCE = /\$\{\s*([^{}]*?)\s*\}/g;
const ENV_INDEX = /^env\[\s*["']?([^"'\]]*)["']?\s*\]$/;

/**
 * Replaces `${NOMAD_TASK_DIR}`, `${env["HOME"]}`, `${attr.cpu.arch}`, `${meta.rack}`, `${node.datacenter}`. A node value
 * that this node does not have becomes empty; what names nothing that is known stays as it is written, since it may be
 * meant for the task's own shell.
 */
export function interpolate(text: string, scope: Scope): string {
  return text.replaceAll(REFERENCE, (written, name: string) => resolve(name, scope) ?? written);
}

function resolve(name: string, scope: Scope): string | undefined {
  const index = ENV_INDEX.exec(name);
  if (index) return scope.env[index[1] as string] ?? "";
  if (/^(node|attr|meta)\./.test(name)) return scope.node[name] ?? "";
  return scope.env[name];
}

/** Interpolates every text inside a loosely typed value, the keys of maps too. */
export function interpolateDeep(value: unknown, scope: Scope): unknown {
  if (typeof value === "string") return interpolate(value, scope);
  if (Array.isArray(value)) return value.map((item) => interpolateDeep(item, scope));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [interpolate(key, scope), interpolateDeep(item, scope)]),
  );
}
