import { isDeepStrictEqual } from "node:util";
import { err, ok, type Result } from "#core/base";
import { type CanaryPlan, type FurtherCheck, type Headers, isReference, type Webhook } from "#core/delivery";

/**
 * The plan of a roll-out that is under way comes from Consul's key-value store. Whoever may write there must not thereby
 * run programs here, nor have secrets of this machine sent anywhere: a successor does only what its own file says too.
 */
export function checkTrust(stored: CanaryPlan, own: CanaryPlan | undefined): Result<void> {
  const [strange] = stored.checks.filter((check) => needsTrust(check) && !isIn(check, own?.checks));
  const hooks = stored.webhooks.some((hook) => !isTrusted(hook, own));
  if (!strange && !hooks) return ok(undefined);
  const what = strange ? `the check ${strange.name} runs a program or sends a secret` : "a webhook is sent a secret";
  return err("denied", `to go on with the canary of ${stored.service} takes its file: ${what}`, {
    hint: `mesh canary -file FILE, as it was begun; mesh canary abort ${stored.service} goes without`,
  });
}

/** Those of a stored plan that may be told from here. */
export function trustedWebhooks(stored: CanaryPlan, own: CanaryPlan | undefined): readonly Webhook[] {
  return stored.webhooks.filter((hook) => isTrusted(hook, own));
}

function isTrusted(hook: Webhook, own: CanaryPlan | undefined): boolean {
  const hasSecret = sendsSecret(hook) || isReference(hook.url);
  return !hasSecret || isIn(hook, own?.webhooks);
}

function needsTrust({ source }: FurtherCheck): boolean {
  return source.kind === "command" || sendsSecret(source);
}

function sendsSecret({ secretHeaders }: Headers): boolean {
  return Object.keys(secretHeaders).length > 0;
}

function isIn(wanted: object, known: readonly object[] | undefined): boolean {
  return known?.some((each) => isDeepStrictEqual(JSON.parse(JSON.stringify(each)), wanted)) ?? false;
}
