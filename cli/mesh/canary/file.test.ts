import { expect, test } from "vitest";
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

test.each([
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
