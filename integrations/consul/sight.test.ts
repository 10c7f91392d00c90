import { expect, test } from "vitest";
import { ok, type Result } from "#core/base";
import { refusalOf } from "./call.ts";
import { checkSight } from "./sight.ts";
import type { ConsulAnswer, ConsulRequest, Transport } from "./transport.ts";

class FixedTransport implements Transport {
  readonly #answers: Readonly<Record<string, string>>;

  constructor(answers: Readonly<Record<string, string>>) {
    this.#answers = answers;
  }

  send({ path }: ConsulRequest): Promise<Result<ConsulAnswer>> {
    return Promise.resolve(ok({ status: 200, headers: {}, text: this.#answers[path] ?? "null" }));
  }

  close(): void {}
}

test("lists that leave everything out are told from empty ones by what is always in them", async () => {
  const blind = new FixedTransport({ "/agent/members": "[]", "/catalog/services": "{}" });
  expect(await checkSight(blind, "nothing")).toMatchObject({ ok: true });
  expect(await checkSight(blind, "nodes")).toMatchObject({ failure: { code: "denied" } });
  const partly = new FixedTransport({ "/agent/members": '[{"Name":"n"}]', "/catalog/services": '{"api":[]}' });
  expect(await checkSight(partly, "nodes")).toMatchObject({ ok: true });
  expect(await checkSight(partly, "everything")).toMatchObject({ failure: { code: "denied" } });
});

test.each([
  ["Permission denied: Missing service:write on web", 'service:write on "web"'],
  [
    "Permission denied: token with AccessorID 'x' lacks permission 'service:write' on \"web\"",
    'service:write on "web"',
  ],
  ["Permission denied", "key:read"],
])("the rule that Consul names itself comes first: %s", (text, rule) => {
  const failure = refusalOf({ status: 403, headers: {}, text }, { method: "GET", path: "/x", needs: "key:read" });
  expect(failure?.message).toBe(`the Consul token lacks ${rule}: ${text}`);
});
