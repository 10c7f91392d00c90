import type { SimArguments } from "./arguments.ts";
import { narrowScopes, type Scope, smallScope } from "./exhaustive/scope.ts";
import { search, type SearchResult } from "./exhaustive/search.ts";
import { exitCodes, type SimOutput } from "./output.ts";

const STATES_MAX = 60_000_000;
/** What the claim asks for, unless a scope is closed before. */
const STATES_WANTED = 10_000_000;
const MINUTES = 60;
/** The narrow scopes share this part of the time. */
const NARROW_SHARE = 0.4;

/** `npm run sim:long`: every history of three servers within the scopes, as far as time and memory allow. */
export function runExhaustive(args: SimArguments, output: SimOutput): number {
  const endMs = performance.now() + (args.minutes ?? MINUTES) * 60_000;
  let states = 0;
  let isClosed = true;
  for (const [number, scope] of [...narrowScopes, smallScope].entries()) {
    const leftMs = endMs - performance.now();
    const isLast = number === narrowScopes.length;
    const shareMs = isLast ? leftMs : (leftMs * NARROW_SHARE) / (narrowScopes.length - number);
    const result = searchScope(scope, performance.now() + shareMs, output);
    if (result.violation !== undefined) {
      output.write(`${result.violation.message}\n  ${result.violation.history.join("\n  ")}\n`);
      return exitCodes.safety;
    }
    states += result.states;
    isClosed &&= result.isClosed;
  }
  output.write(`${states} distinct states in all${isClosed ? ", every scope closed" : ""}\n`);
  return isClosed || states >= STATES_WANTED ? exitCodes.clean : exitCodes.void;
}

function searchScope(scope: Scope, endMs: number, output: SimOutput): SearchResult {
  const startedMs = performance.now();
  const result = search(scope, { states: STATES_MAX, isOver: () => performance.now() > endMs });
  const seconds = Math.max(0.001, (performance.now() - startedMs) / 1000);
  const { servers, ...bounds } = scope;
  const words = Object.entries(bounds).map(([name, value]) => `${name} ${value}`);
  output.write(
    `${servers.length} servers, ${words.join(", ")}: ${result.states} distinct states to depth ${result.depth}, ${result.isClosed ? "closed" : "not closed"}; ${seconds.toFixed(0)} s, ${(result.states / seconds / 1000).toFixed(0)} thousand a second\n`,
  );
  return result;
}
