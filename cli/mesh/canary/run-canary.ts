import { err, ok, type Result } from "#core/base";
import { type CanaryCommand, type CanaryPlan, type CanaryState, checkPlan, startState } from "#core/delivery";
import { connectConsul, type MeshContext } from "../connect.ts";
import { runRoot } from "../proxy/run-folder.ts";
import { SystemCheckRunner } from "./check-runner.ts";
import { type CanaryEnd, CanaryController, type CanaryWatcher } from "./controller.ts";
import { readCallers } from "./readings.ts";
import { CanaryRecord } from "./record.ts";
import { ShareWriter } from "./shares.ts";
import { checkSecrets } from "./secrets.ts";
import { eventOf } from "./show.ts";
import { SideRoutes } from "./side-routes.ts";
import { checkTrust, trustedWebhooks } from "./trust.ts";
import { Webhooks } from "./webhooks.ts";

export interface CanaryRun {
  readonly consul: { readonly address: string | undefined; readonly token: string | undefined };
  readonly service: string;
  /** Undefined: goes on with the one that is under way. */
  readonly plan: CanaryPlan | undefined;
  /** The key of the instances' Meta by which versions are told apart. */
  readonly key: string;
  readonly force: boolean;
  readonly watcher: CanaryWatcher;
  /** Commands of this terminal. */
  readonly inbox: CanaryCommand[];
}

const LOCK_RETRY_MS = 500;

/** Runs a roll-out to its end, or goes on with one whose controller is gone. */
export async function runCanary(run: CanaryRun, context: MeshContext): Promise<Result<CanaryEnd>> {
  const checked = run.plan ? checkPlan(run.plan) : ok(undefined);
  if (!checked.ok) return checked;
  const secrets = run.plan ? checkSecrets(run.plan, context.env) : ok(undefined);
  if (!secrets.ok) return secrets;
  const consul = await connectConsul(run.consul, context.env);
  if (!consul.ok) return consul;
  const { transport } = consul.value;
  const record = new CanaryRecord(transport, run.service);
  const writers = (plan: CanaryPlan): Writers => ({
    shares: new ShareWriter(transport, plan, run.key, run.force),
    sideRoutes: new SideRoutes(transport, plan, run.force),
  });
  try {
    return await control(run, context, record, writers);
  } finally {
    await record.unlock();
    transport.close();
  }
}

/** What changes Consul's entries. */
interface Writers {
  readonly shares: ShareWriter;
  readonly sideRoutes: SideRoutes;
}

/** Whoever loses the lock stands by again: another one may be at work, or may die too. */
async function control(
  run: CanaryRun,
  context: MeshContext,
  record: CanaryRecord,
  writersOf: (plan: CanaryPlan) => Writers,
): Promise<Result<CanaryEnd>> {
  const early = await record.read();
  const fits = early.ok ? checkFits(run, early.value) : early;
  if (!fits.ok) return fits;
  for (let isFirst = true; ; isFirst = false) {
    const locked = await awaitLock(run, context, record);
    if (!locked.ok) return locked;
    const isFresh = isFirst && !locked.value.stoodBy;
    const found = await stateFor(run, record, { isFresh, nowMs: context.clock.nowMs() });
    if (!found.ok) return found;
    const { state, isNew } = found.value;
    if (state.phase === "ended" && state.ending) return ok(state.ending);
    const writers = writersOf(state.plan);
    const ready = isNew ? await begin(run, context, record, writers) : ok(undefined);
    if (!ready.ok) return ready;
    const ended = await carryOn(run, context, { state, record, ...writers });
    if (!ended.ok) return ended;
    if (ended.value !== undefined) return ok(ended.value);
    run.watcher.remark("the lock is lost");
  }
}

interface Work extends Writers {
  readonly state: CanaryState;
  readonly record: CanaryRecord;
}

/** While the lock is held. */
async function carryOn(
  { plan, watcher, inbox }: CanaryRun,
  context: MeshContext,
  { state, ...work }: Work,
): Promise<Result<CanaryEnd | undefined>> {
  const { env, timers } = context;
  const { service } = state.plan;
  const remark = (text: string): void => watcher.remark(text);
  const hooks = new Webhooks(trustedWebhooks(state.plan, plan), { env, timers, remark });
  const notice: CanaryWatcher["notice"] = (said, nowMs) => {
    watcher.notice(said, nowMs);
    hooks.tell(said.kind, eventOf(said, nowMs, service));
  };
  const view: CanaryWatcher["view"] = (shown) => watcher.view(shown);
  const checks = new SystemCheckRunner(state.plan, env, timers);
  const options = { context, root: runRoot(env), checks, watcher: { notice, view, remark }, inbox, ...work };
  try {
    return await new CanaryController(state, options).run();
  } finally {
    checks[Symbol.dispose]();
    await hooks.close();
  }
}

/** `stoodBy`: another controller was at work before. */
async function awaitLock(
  { watcher, inbox }: CanaryRun,
  { timers }: MeshContext,
  record: CanaryRecord,
): Promise<Result<{ readonly stoodBy: boolean }>> {
  let stoodBy = false;
  for (let said: string | undefined; ; ) {
    const locked = await record.lock();
    if (locked.ok && locked.value) return ok({ stoodBy });
    if (!locked.ok && locked.failure.code === "denied") return locked;
    const holder = await record.holder();
    stoodBy ||= holder.ok && holder.value !== undefined;
    if (stoodBy && inbox.includes("abort")) return err("cancelled", "no longer standing by; the canary goes on");
    const text = holder.ok ? `standing by: ${describe(holder.value)}` : holder.failure.message;
    if (text !== said) watcher.remark((said = text));
    // A session of ours that has ended is made anew by the next try.
    await record.renew();
    await new Promise<void>((resolve) => void timers.after(LOCK_RETRY_MS, resolve));
  }
}

function describe(holder: string | undefined): string {
  return holder === undefined ? "the lock is still kept for the one before" : `${holder} has the lock`;
}

/** The roll-out to carry out: the one that is under way, or a new one. */
async function stateFor(
  run: CanaryRun,
  record: CanaryRecord,
  { isFresh, nowMs }: { readonly isFresh: boolean; readonly nowMs: number },
): Promise<Result<{ readonly state: CanaryState; readonly isNew: boolean }>> {
  const read = await record.read();
  if (!read.ok) return read;
  const { plan, service } = run;
  const state = read.value;
  const fits = checkFits(run, state);
  if (!fits.ok) return fits;
  if (state && state.phase !== "ended") return ok({ state, isNew: false });
  // One who stood by has seen it end.
  if (state && !isFresh) return ok({ state, isNew: false });
  if (!plan) return err("not_found", `no canary of ${service} is under way`, { hint: "-from and -to begin one" });
  return ok({ state: startState(plan, nowMs), isNew: true });
}

/** Two roll-outs of one service cannot be under way. */
function checkFits({ plan, service, inbox }: CanaryRun, state: CanaryState | null): Result<void> {
  if (!state || state.phase === "ended") return ok(undefined);
  const { from, to } = state.plan;
  // Who only aborts runs none of its checks.
  if (!plan || (plan.from === from && plan.to === to))
    return inbox[0] === "abort" ? ok(undefined) : checkTrust(state.plan, plan);
  return err("conflict", `a canary of ${service} from ${from} to ${to} is under way`, {
    hint: `abort it (mesh canary abort ${service}), or go on with it (mesh canary ${service})`,
  });
}

/** Nothing is stored, and no share is moved, unless this machine has callers to measure and the split can be. */
async function begin(
  { service, plan }: CanaryRun,
  context: MeshContext,
  record: CanaryRecord,
  { shares, sideRoutes }: Writers,
): Promise<Result<void>> {
  const { from, to } = plan ?? { from: "", to: "" };
  const callers = await readCallers(runRoot(context.env), { service, from, to });
  if (callers.length === 0)
    return err("not_found", `no caller of ${service} runs on this machine: nothing could be measured`, {
      hint: "start one with `mesh proxy -upstream`, or set DROVER_MESH_RUN to where its run folder is",
    });
  const forgotten = await record.forget();
  if (!forgotten.ok) return forgotten;
  const free = await sideRoutes.begin();
  return free.ok ? shares.begin() : free;
}

export interface CanaryAsk {
  readonly consul: CanaryRun["consul"];
  readonly service: string;
  readonly command: CanaryCommand;
}

const TAKEN_MS = 10_000;

/** Leaves a command for the controller; true when it has taken it, false when none is at work. */
export async function askCanary(ask: CanaryAsk, context: MeshContext): Promise<Result<boolean>> {
  const consul = await connectConsul(ask.consul, context.env);
  if (!consul.ok) return consul;
  try {
    return await leaveCommand(ask, new CanaryRecord(consul.value.transport, ask.service), context);
  } finally {
    consul.value.transport.close();
  }
}

async function leaveCommand(
  { service, command }: CanaryAsk,
  record: CanaryRecord,
  { timers }: MeshContext,
): Promise<Result<boolean>> {
  const state = await record.read();
  if (!state.ok) return state;
  if (!state.value || state.value.phase === "ended") return err("not_found", `no canary of ${service} is under way`);
  if (command === "approve" && state.value.phase !== "waiting")
    return err("conflict", `no step of ${service} waits for approval: it is ${state.value.phase}`);
  const holder = await record.holder();
  if (!holder.ok) return holder;
  if (holder.value === undefined) return ok(false);
  const left = await record.ask(command);
  if (!left.ok) return left;
  for (let waitedMs = 0; waitedMs < TAKEN_MS; waitedMs += LOCK_RETRY_MS) {
    const asked = await record.asked();
    if (!asked.ok) return asked;
    if (asked.value === undefined) return ok(true);
    await new Promise<void>((resolve) => void timers.after(LOCK_RETRY_MS, resolve));
  }
  return err("timeout", `${holder.value} has not taken the command within ${TAKEN_MS / 1000} s`, {
    hint: "if it was killed, its lock ends within 20 s; then `mesh canary` goes on and takes the command first",
  });
}
