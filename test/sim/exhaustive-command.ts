import type { SimArguments } from "./arguments.ts";
import { smallScope } from "./exhaustive/scope.ts";
import { search } from "./exhaustive/search.ts";
import { exitCodes, type SimOutput } from "./output.ts";

const STATES_MAX = 10_000_000;
const MINUTES = 60;

/** `npm run sim:long`: every history of three servers within the scope, as far as the time allows. */
export function runExhaustive(args: SimArguments, output: SimOutput): number {
  const startedMs = performance.now();
  const endMs = startedMs + (args.minutes ?? MINUTES) * 60_000;
  const result = search(smallScope, { states: STATES_MAX, isOver: () => performance.now() > endMs });
  const seconds = (performance.now() - startedMs) / 1000;
  output.write(
    `${result.states} distinct states to depth ${result.depth} in ${seconds.toFixed(0)} s; ${result.isClosed ? "closed" : "not closed"}; ${JSON.stringify(smallScope)}\n`,
  );
  if (result.violation === undefined) return exitCodes.clean;
  output.write(`${result.violation.message}\n  ${result.violation.history.join("\n  ")}\n`);
  return exitCodes.safety;
}
