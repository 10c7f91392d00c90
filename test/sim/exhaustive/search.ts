import { crc32c, utf8Encode } from "#core/base";
import { describeStep, type Scope, ScopeWorld, type Step } from "./scope.ts";

export interface SearchResult {
  readonly states: number;
  readonly depth: number;
  /** True when there was nothing left to try. */
  readonly isClosed: boolean;
  readonly violation: { readonly message: string; readonly history: readonly string[] } | undefined;
}

export interface SearchLimits {
  readonly states: number;
  readonly isOver: () => boolean;
}

/** A 53-bit number for a state: with 10^7 states two different ones meet with a chance of about 1 in 180. */
function keyOf(fingerprint: string): number {
  const bytes = utf8Encode(fingerprint);
  return crc32c(bytes) * 2 ** 21 + (crc32c(bytes, 0x9e3779b9) & 0x1f_ffff);
}

/** Breadth first over all histories: the first violation found is a shortest one. States are reached by replay. */
export function search(scope: Scope, limits: SearchLimits): SearchResult {
  const parents: number[] = [-1];
  const steps: Step[] = [-1];
  const seen = new Set<number>([keyOf(new ScopeWorld(scope).fingerprint())]);
  let depth = 0;
  for (let position = 0; position < parents.length; position++) {
    const history = historyOf(parents, steps, position);
    depth = history.length;
    if (parents.length >= limits.states || (position % 64 === 0 && limits.isOver()))
      return { states: parents.length, depth, isClosed: false, violation: undefined };
    for (const step of replay(scope, history).steps()) {
      try {
        const world = replay(scope, history);
        world.take(step);
        const key = keyOf(world.fingerprint());
        if (seen.has(key)) continue;
        seen.add(key);
        parents.push(position);
        steps.push(step);
      } catch (error) {
        const message = error instanceof Error ? error.message : String(error);
        const words = [...history, step].map((one) => describeStep(one, scope));
        return { states: parents.length, depth, isClosed: false, violation: { message, history: words } };
      }
    }
  }
  return { states: parents.length, depth, isClosed: true, violation: undefined };
}

function replay(scope: Scope, history: readonly Step[]): ScopeWorld {
  const world = new ScopeWorld(scope);
  for (const step of history) world.take(step);
  return world;
}

function historyOf(parents: readonly number[], steps: readonly Step[], position: number): Step[] {
  const history: Step[] = [];
  for (let at = position; at > 0; at = parents[at] as number) history.push(steps[at] as Step);
  return history.reverse();
}
