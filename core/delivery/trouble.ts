import type { CallerReading } from "./window.ts";

/** What ends a roll-out at once, whatever was counted; undefined when nothing does. */
export function troubleOf(callers: readonly CallerReading[], isReached: boolean): string | undefined {
  for (const { id, refusal, canary } of callers) {
    if (refusal !== undefined) return `${id} refused the configuration: ${refusal}`;
    // Before the shares are in force the new version may not be known yet.
    if (!isReached || canary.healthy !== 0) continue;
    return canary.ejected > 0
      ? `${id} keeps out every endpoint of the new version for its errors`
      : `${id} has no healthy endpoint of the new version`;
  }
  return undefined;
}
