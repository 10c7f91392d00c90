import { assert } from "#core/base";

/** A status column holds the position of a word in its list; lists only ever grow at the end. */
export const clientStatuses = ["pending", "running", "complete", "failed", "lost", "unknown"] as const;
export const desiredStatuses = ["run", "stop", "evict"] as const;
export const nodeStatuses = ["initializing", "ready", "down", "disconnected"] as const;
export const eligibilities = ["eligible", "ineligible"] as const;

export function codeOf(statuses: readonly string[], word: string): number {
  const code = statuses.indexOf(word);
  assert(code >= 0, () => `status "${word}" is none of ${statuses.join(", ")}`);
  return code;
}

const CLIENT_TERMINAL = new Set<string>(["complete", "failed", "lost"]);

/** Whether the client has ended it. */
export function isClientTerminal(clientStatus: string): boolean {
  return CLIENT_TERMINAL.has(clientStatus);
}

/** Whether it is over, or about to be because the scheduler said so. */
export function isTerminal(alloc: { readonly desiredStatus: string; readonly clientStatus: string }): boolean {
  return alloc.desiredStatus !== "run" || isClientTerminal(alloc.clientStatus);
}
