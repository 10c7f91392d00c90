import { err, ok, type Result } from "#core/base";
import { parseShares, type Share } from "#core/mesh";
import { connectConsul, type MeshContext } from "../connect.ts";
import type { Transport } from "#integrations/consul";
import { CanaryRecord } from "../canary/record.ts";
import { runRoot } from "../proxy/run-folder.ts";
import { callersOf, type CallerState, hasShares } from "./callers.ts";
import { clearSplit, split } from "./split.ts";

export interface SplitCommand {
  readonly consul: { readonly address: string | undefined; readonly token: string | undefined };
  readonly service: string;
  readonly shares: readonly string[];
  readonly key: string;
  readonly force: boolean;
  readonly waitMs: number | undefined;
}

/** What became of a split at the callers of this machine. */
export interface SplitOutcome {
  readonly shares: readonly Share[];
  /** Undefined when nobody asked to wait. */
  readonly callers: readonly CallerState[] | undefined;
  /** Whether the callers' own counters bear the shares out; undefined with fewer requests than it takes. */
  readonly isConfirmed: boolean | undefined;
  /** Requests that were counted since the callers had the shares. */
  readonly requests: number;
}

const POLL_MS = 50;
/** Fewer requests tell nothing about shares. */
const REQUESTS_MIN = 400;
/** How long traffic may take to confirm, beyond the callers' own configuration. */
const CONFIRM_MS = 5_000;
/** Five standard deviations: with shares as they should be, wrong once in millions. */
const DEVIATIONS = 5;

export async function runSplit(command: SplitCommand, context: MeshContext): Promise<Result<SplitOutcome>> {
  const shares = parseShares(command.shares);
  if (!shares.ok) return shares;
  const consul = await connectConsul(command.consul, context.env);
  if (!consul.ok) return consul;
  const { service, key, force, waitMs } = command;
  const { transport } = consul.value;
  const free = force ? ok(undefined) : await checkNoCanary(transport, service);
  const done = free.ok ? await split(transport, { service, shares: shares.value, key, force }) : free;
  consul.value.transport.close();
  if (!done.ok) return done;
  if (waitMs === undefined)
    return ok({ shares: shares.value, callers: undefined, isConfirmed: undefined, requests: 0 });
  return awaitCallers(service, shares.value, waitMs, context);
}

export async function runClear(
  command: Pick<SplitCommand, "consul" | "service" | "force">,
  context: MeshContext,
): Promise<Result<string[]>> {
  const consul = await connectConsul(command.consul, context.env);
  if (!consul.ok) return consul;
  const { transport } = consul.value;
  const { service, force } = command;
  const free = force ? ok(undefined) : await checkNoCanary(transport, service);
  const cleared = free.ok ? await clearSplit(transport, service, force) : free;
  transport.close();
  return cleared;
}

/** Its splitter belongs to a canary until that has ended: it stops when somebody else moves the shares. */
async function checkNoCanary(transport: Transport, service: string): Promise<Result<void>> {
  const state = await new CanaryRecord(transport, service).read();
  // A token for splits alone need not see the canaries; the canary itself notices what is written.
  if (!state.ok) return state.failure.code === "denied" ? ok(undefined) : state;
  if (!state.value || state.value.phase === "ended") return ok(undefined);
  const { plan, step, phase, pausedSinceMs } = state.value;
  const how = pausedSinceMs === undefined ? phase : `${phase}, paused`;
  const where = `${how}, at step ${step + 1} of ${plan.steps.length}`;
  return err("conflict", `a canary of ${service} from ${plan.from} to ${plan.to} is under way (${where})`, {
    hint: `\`mesh canary abort ${service}\` ends it at 100/0, \`mesh canary pause ${service}\` keeps its shares; with -force they are written over, and it stops`,
  });
}

async function awaitCallers(
  service: string,
  shares: readonly Share[],
  waitMs: number,
  context: MeshContext,
): Promise<Result<SplitOutcome>> {
  const { clock } = context;
  const root = runRoot(context.env);
  const deadlineMs = clock.monotonicMs() + waitMs;
  for (;;) {
    const callers = await callersOf(root, service);
    const behind = callers.filter((caller) => !hasShares(caller, shares));
    if (behind.length === 0) return confirm(root, service, { shares, callers, deadlineMs }, context);
    if (clock.monotonicMs() >= deadlineMs)
      return err(
        "timeout",
        `not every caller has the shares within ${waitMs / 1000} s: ${behind.map(describe).join("; ")}`,
        {
          hint: "the entries are written; `mesh status` shows what a proxy has refused and why",
        },
      );
    await pause(context, POLL_MS);
  }
}

interface Applied {
  readonly shares: readonly Share[];
  readonly callers: readonly CallerState[];
  readonly deadlineMs: number;
}

/** Waits a little for traffic to bear the shares out. Without any the configuration is all that can be said. */
async function confirm(
  root: string,
  service: string,
  { shares, callers, deadlineMs }: Applied,
  context: MeshContext,
): Promise<Result<SplitOutcome>> {
  const { clock } = context;
  const endMs = Math.min(deadlineMs, clock.monotonicMs() + CONFIRM_MS);
  for (;;) {
    const counts = difference(await callersOf(root, service), callers, shares);
    const requests = counts.reduce((sum, count) => sum + count, 0);
    const isEnough = requests >= REQUESTS_MIN;
    if (isEnough || clock.monotonicMs() >= endMs || callers.length === 0)
      return ok({ shares, callers, requests, isConfirmed: isEnough ? fits(counts, shares, requests) : undefined });
    await pause(context, POLL_MS);
  }
}

function difference(now: readonly CallerState[], then: readonly CallerState[], shares: readonly Share[]): number[] {
  return shares.map(({ subset }) =>
    now.reduce((sum, { proxyId, requests }) => {
      const before = then.find((caller) => caller.proxyId === proxyId)?.requests.get(subset) ?? 0;
      // A restarted Envoy counts from 0 again.
      return sum + Math.max(0, (requests.get(subset) ?? 0) - before);
    }, 0),
  );
}

function fits(counts: readonly number[], shares: readonly Share[], requests: number): boolean {
  return shares.every(({ percent }, at) => {
    const share = percent / 100;
    const deviation = Math.sqrt((share * (1 - share)) / requests);
    return Math.abs((counts[at] ?? 0) / requests - share) <= DEVIATIONS * deviation + 1 / requests;
  });
}

function describe({ proxyId, applied }: CallerState): string {
  if (!applied) return `${proxyId} does not answer`;
  return `${proxyId} has ${[...applied].map(([subset, percent]) => `${subset}=${percent}`).join(" ")}`;
}

function pause({ timers }: MeshContext, delayMs: number): Promise<void> {
  return new Promise((resolve) => void timers.after(delayMs, resolve));
}
