import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { checkPlan, defaultPlan, noticeKinds } from "#core/delivery";
import { readCanaryFile } from "./file.ts";

test("a file holds what the options say, under their names with underscores", () => {
  const text = `canary "api" {
  from          = "v1"
  to            = "v2"
  steps         = [5, 12.5, 100]
  interval      = "30s"
  failed_checks = 1
  max_errors    = 0.5
  keep          = true
}
`;
  const read = readCanaryFile(text, "canary.hcl");
  expect(read.ok && [read.value.service, Object.fromEntries(read.value.values)]).toEqual([
    "api",
    { from: "v1", to: "v2", steps: "5,12.5,100", interval: "30s", "failed-checks": 1, "max-errors": "0.5", keep: true },
  ]);
});

test("checks, gates, testers, a mirror and webhooks are blocks", () => {
  const text = `canary "api" {
  gates = [25, 100]
  check "errors" {
    interval      = "1m"
    timeout       = "5s"
    failed_checks = 2
    prometheus {
      address        = "http://127.0.0.1:9090"
      query          = "sum(rate(errors[1m]))"
      below          = 0.5
      secret_headers = { Authorization = "env:PROMETHEUS" }
    }
  }
  check "page" {
    web { url = "http://127.0.0.1/health" }
  }
  check "smoke" {
    command { args = ["/bin/smoke", "--fast"] }
  }
  testers {
    header = "x-canary"
    value  = "1"
  }
  testers { cookie = "canary" }
  mirror { percent = 10 }
  webhook "env:HOOK" {
    events  = ["ended"]
    timeout = "2s"
    retries = 1
    headers = { x-team = "a" }
  }
}
`;
  const none = { headers: {}, secretHeaders: {} };
  const read = readCanaryFile(text, "canary.hcl");
  expect(read.ok ? { ...read.value, values: Object.fromEntries(read.value.values) } : read.failure.message).toEqual({
    service: "api",
    values: { gate: "25,100", mirror: "10" },
    checks: [
      {
        name: "errors",
        intervalMs: 60_000,
        timeoutMs: 5_000,
        failedChecks: 2,
        source: {
          kind: "prometheus",
          address: "http://127.0.0.1:9090",
          query: "sum(rate(errors[1m]))",
          below: 0.5,
          headers: {},
          secretHeaders: { Authorization: "env:PROMETHEUS" },
        },
      },
      { name: "page", failedChecks: 0, source: { kind: "web", url: "http://127.0.0.1/health", status: 200, ...none } },
      { name: "smoke", failedChecks: 0, source: { kind: "command", args: ["/bin/smoke", "--fast"] } },
    ],
    testers: [
      { kind: "header", name: "x-canary", value: "1" },
      { kind: "cookie", name: "canary" },
    ],
    webhooks: [
      {
        url: "env:HOOK",
        events: ["ended"],
        timeoutMs: 2_000,
        retries: 1,
        headers: { "x-team": "a" },
        secretHeaders: {},
      },
    ],
  });
});

test.each([
  ['canary "api" { gates = 25 }', "gates must be a list of numbers"],
  ['canary "api" {\n check "a" {}\n}', "A check holds one block: prometheus, web or command."],
  ['canary "api" {\n check "a" {\n web {}\n }\n}', "web needs url."],
  [
    'canary "api" {\n check "a" {\n command { args = "ls" }\n }\n}',
    'args must be a list of texts, such as ["a", "b"].',
  ],
  ['canary "api" {\n check "a" {\n timeout = "5"\n web { url = "http://a/" }\n }\n}', "timeout must be a duration"],
  ['canary "api" {\n testers {}\n}', "testers needs a header or a cookie."],
  ['canary "api" {\n mirror { percent = 1 }\n mirror { percent = 2 }\n}', "A canary holds one mirror block."],
  ['canary "api" {\n webhook {}\n}', "webhook"],
  ["", "canary.hcl holds no canary block"],
  ['canary "api" { form = "v1" }', 'An argument named "form" is not expected here.'],
  ['canary "api" { steps = "5" }', "steps must be a list of numbers, such as [5, 25, 50, 100]."],
  ['canary "api" { failed_checks = 1.5 }', "failed_checks must be a whole number."],
  ['canary "api" { interval = 30 }', 'interval must be a text, such as "30s".'],
  ['canary "a" {}\ncanary "b" {}', "A file holds one canary block."],
  ['canary "api" {', "canary.hcl"],
  ["canary {}", "canary.hcl"],
])("%j is refused, with the reason", (text, message) => {
  const read = readCanaryFile(text, "canary.hcl");
  expect(read.ok ? "" : read.failure.message).toContain(message);
});

test("the page shows a file that is taken as it stands, and every event", () => {
  const page = readFileSync(new URL("../../../docs/canary.md", import.meta.url), "utf8");
  const [example = ""] = /^ {4}canary "api" \{$[^]*?^ {4}\}$/m.exec(page) ?? [];
  const read = readCanaryFile(example, "canary.hcl");
  if (!read.ok) throw new Error(read.failure.message);
  const { checks, testers, webhooks, service } = read.value;
  expect([checks.length, testers.length, webhooks.length]).toEqual([3, 2, 1]);
  const plan = { ...defaultPlan, service, from: "v1", to: "v2", checks, testers, webhooks };
  expect(checkPlan(plan)).toMatchObject({ ok: true });
  const [, events = ""] = /^[^]*Events: ([^]*?)\. A status/.exec(page) ?? [];
  expect(events.split(/,\s/).map((text) => text.replaceAll("`", "").trim())).toEqual([...noticeKinds]);
});
