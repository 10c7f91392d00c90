import { err, ok, type Result } from "#core/base";
import { parseDuration } from "#core/values";
import {
  type CanaryExtras,
  type CanaryFile,
  type CanaryPlan,
  defaultPlan,
  defaultWebhook,
  parseTester,
  type Tester,
  type Webhook,
} from "#cli/mesh";
import type { Flags } from "#cli/shell";

/** Undefined when none is asked for. */
export function planOf(flags: Flags, service: string, file: CanaryFile | undefined): Result<CanaryPlan | undefined> {
  const [from, to] = [flags.text("from"), flags.text("to")];
  if (from === undefined && to === undefined && !flags.bool("explain")) return ok(undefined);
  if (from === undefined || to === undefined) return err("invalid", "-from and -to are needed together");
  const durations = durationsOf(flags);
  if (!durations.ok) return durations;
  const steps = numbersIn(flags.text("steps"));
  const maxErrors = numbersIn(flags.text("max-errors"));
  if (steps?.some(Number.isNaN)) return err("invalid", "-steps: numbers with commas between, such as 5,25,50,100");
  if (maxErrors?.some(Number.isNaN)) return err("invalid", "-max-errors: a number of per cent");
  const extras = extrasOf(flags, file);
  if (!extras.ok) return extras;
  const { value: times } = durations;
  return ok({
    service,
    from,
    to,
    steps: steps ?? defaultPlan.steps,
    intervalMs: times.get("interval") ?? defaultPlan.intervalMs,
    warmUpMs: times.get("warm-up") ?? defaultPlan.warmUpMs,
    maxHoldMs: times.get("max-hold") ?? defaultPlan.maxHoldMs,
    failedChecks: flags.int("failed-checks") ?? defaultPlan.failedChecks,
    maxErrorRate: maxErrors?.[0] === undefined ? undefined : maxErrors[0] / 100,
    maxP99Ms: times.get("max-p99"),
    keep: flags.bool("keep"),
    ...extras.value,
  });
}

/** In milliseconds, by the option's name. */
function durationsOf(flags: Flags): Result<ReadonlyMap<string, number>> {
  const durations = new Map<string, number>();
  for (const name of ["interval", "warm-up", "max-hold", "max-p99"]) {
    const text = flags.text(name);
    const parsed = text === undefined ? undefined : parseDuration(text);
    if (typeof parsed === "string") return err("invalid", `-${name}: ${parsed}`);
    if (parsed !== undefined) durations.set(name, parsed / 1e6);
  }
  return ok(durations);
}

/** What is given on the command line stands for all of its kind in the file. */
function extrasOf(flags: Flags, file: CanaryFile | undefined): Result<CanaryExtras> {
  const gates = numbersIn(flags.text("gate"));
  const mirror = numbersIn(flags.text("mirror"));
  if (gates?.some(Number.isNaN)) return err("invalid", "-gate: numbers with commas between, such as 25,100");
  if (mirror && (mirror.length !== 1 || mirror.some(Number.isNaN)))
    return err("invalid", "-mirror: a number of per cent");
  const testers: Tester[] = [];
  for (const text of flags.list("testers")) {
    const tester = parseTester(text);
    if (!tester.ok) return tester;
    testers.push(tester.value);
  }
  const webhooks = flags.list("webhook").map((url): Webhook => ({ ...defaultWebhook, url }));
  return ok({
    checks: file?.checks ?? [],
    gates: gates ?? [],
    testers: testers.length > 0 ? testers : (file?.testers ?? []),
    mirrorPercent: mirror?.[0],
    webhooks: webhooks.length > 0 ? webhooks : (file?.webhooks ?? []),
  });
}

function numbersIn(text: string | undefined): number[] | undefined {
  return text?.split(",").map((word) => (word.trim() === "" ? Number.NaN : Number(word)));
}
