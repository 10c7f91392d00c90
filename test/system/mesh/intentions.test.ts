import { afterAll, describe, expect, test } from "vitest";
import { Prng } from "#core/base";
import { decide, type Intention, serviceUri } from "#core/mesh";
import { parseIntentions } from "#integrations/consul";
import { rbacOf } from "#integrations/envoy";
import { component, CONSUL_TOKEN, ConsulProcess, judge } from "#test/support";

/**
 * Our RBAC against Consul's own decision. Consul writes some thirty intentions a second here, so each set is the one before
 * with a few changes rather than a new one: 200 sets take 400 writes for each default, the two Consuls beside each other.
 */
const SETS = Number(process.env["DROVER_INTENTION_SETS"] ?? "200");
const CHANGES = 2;
const services = ["api", "db", "web"];
const names = ["*", ...services];
/** One that no intention names. */
const callers = [...services, "other"];

describe.skipIf(component("consul") === undefined)("intentions as Consul decides them", () => {
  const running: ConsulProcess[] = [];
  afterAll(() => Promise.all(running.map((consul) => consul.stop())));

  test.concurrent.each(["allow", "deny"])(
    `${SETS} random sets, every pair, %s by default`,
    async (policy) => {
      const consul = await ConsulProcess.start({ acl: true, config: { acl: aclOf(policy) } });
      running.push(consul);
      const { TrustDomain: trustDomain } = await consul.call<{ TrustDomain: string }>("/connect/ca/roots");
      const random = new Prng(policy === "allow" ? 11 : 12);
      const set = new Map<string, string>();
      for (let at = 0; at < SETS; at++) {
        for (let change = 0; change < CHANGES; change++) await changeOne(consul, set, random);
        await compare(consul, trustDomain, policy === "allow");
      }
    },
    120_000,
  );
});

function aclOf(policy: string): object {
  return { enabled: true, default_policy: policy, tokens: { master: CONSUL_TOKEN, agent: CONSUL_TOKEN } };
}

/** Takes an intention away, or adds one. */
async function changeOne(consul: ConsulProcess, set: Map<string, string>, random: Prng): Promise<void> {
  const [source, destination] = [names[random.below(4)] as string, names[random.below(4)] as string];
  const key = `${source} ${destination}`;
  const known = set.get(key);
  if (known !== undefined) {
    await consul.call(`/connect/intentions/${known}`, undefined, "DELETE");
    set.delete(key);
    return;
  }
  const action = random.below(2) === 0 ? "allow" : "deny";
  const body = { SourceName: source, DestinationName: destination, SourceType: "consul", Action: action };
  set.set(key, (await consul.call<{ ID: string }>("/connect/intentions", body, "POST")).ID);
}

async function compare(consul: ConsulProcess, trustDomain: string, defaultAllow: boolean): Promise<void> {
  const matches = await Promise.all(services.map((destination) => matching(consul, destination)));
  const pairs = services.flatMap((destination, at) =>
    callers.map((source) => ({ source, destination, intentions: matches[at] as readonly Intention[] })),
  );
  const decided = pairs.map((pair) => decide(pair.intentions, defaultAllow, pair).isAllowed);
  const ask = (): Promise<boolean[]> =>
    Promise.all(pairs.map(({ source, destination }) => authorized(consul, trustDomain, source, destination)));
  let answers = await ask();
  // The agent answers out of a cache that follows within a moment: an answer that differs is asked for again.
  for (let left = 20; left > 0 && answers.some((answer, at) => answer !== decided[at]); left--) {
    await new Promise((resolve) => setTimeout(resolve, 100));
    answers = await ask();
  }
  for (const [at, pair] of pairs.entries()) {
    const rbac = rbacOf(pair.intentions, { trustDomain, defaultAllow, isHttp: false });
    const ours = judge(rbac, pair, serviceUri(trustDomain, "dc1", pair.source));
    expect({ ...pair, ours, decided: decided[at] }).toEqual({ ...pair, ours: answers[at], decided: answers[at] });
  }
}

async function matching(consul: ConsulProcess, destination: string): Promise<readonly Intention[]> {
  const text = JSON.stringify(await consul.call(`/connect/intentions/match?by=destination&name=${destination}`));
  return parseIntentions(text, destination);
}

async function authorized(
  consul: ConsulProcess,
  trustDomain: string,
  source: string,
  target: string,
): Promise<boolean> {
  const body = { Target: target, ClientCertURI: serviceUri(trustDomain, "dc1", source), ClientCertSerial: "01" };
  return (await consul.call<{ Authorized: boolean }>("/agent/connect/authorize", body, "POST")).Authorized;
}
