import { expect, test } from "vitest";
import { type CanaryPlan, defaultPlan, defaultWebhook, type FurtherCheck } from "#core/delivery";
import { checkTrust, trustedWebhooks } from "./trust.ts";

const plan: CanaryPlan = { ...defaultPlan, service: "api", from: "v1", to: "v2" };
const program: FurtherCheck = { name: "smoke", failedChecks: 0, source: { kind: "command", args: ["/bin/true"] } };
const page: FurtherCheck = {
  name: "page",
  failedChecks: 0,
  source: { kind: "web", url: "http://127.0.0.1/", status: 200, headers: {}, secretHeaders: {} },
};
const secret = { ...defaultWebhook, url: "http://127.0.0.1/", secretHeaders: { a: "env:TOKEN" } };

function stored(changes: Partial<CanaryPlan>): CanaryPlan {
  return JSON.parse(JSON.stringify({ ...plan, ...changes })) as CanaryPlan;
}

test("a stored program is run, and a secret sent, only by who has the same in a file", () => {
  expect(checkTrust(stored({ checks: [page] }), undefined).ok).toBe(true);
  expect(checkTrust(stored({ checks: [page, program] }), { ...plan, checks: [program] }).ok).toBe(true);
  const other = { ...program, source: { kind: "command", args: ["/bin/false"] } } as const;
  for (const own of [undefined, plan, { ...plan, checks: [other] }])
    expect(checkTrust(stored({ checks: [program] }), own)).toMatchObject({
      ok: false,
      failure: { code: "denied", message: expect.stringContaining("the check smoke runs a program") },
    });
  expect(checkTrust(stored({ webhooks: [secret] }), plan).ok).toBe(false);
  expect(checkTrust(stored({ webhooks: [{ ...defaultWebhook, url: "env:URL" }] }), plan).ok).toBe(false);
});

test("who only aborts tells no stored webhook a secret", () => {
  const open = { ...defaultWebhook, url: "http://127.0.0.1/" };
  expect(trustedWebhooks(stored({ webhooks: [secret, open] }), undefined)).toEqual([open]);
  expect(trustedWebhooks(stored({ webhooks: [secret] }), { ...plan, webhooks: [secret] })).toEqual([secret]);
});
