import { expect, test } from "vitest";
import { checkHcl } from "./hcl-target.ts";

const many = (count: number, make: (index: number) => string): string =>
  Array.from({ length: count }, (_, index) => make(index)).join("");

/** Texts that look for the expensive corners: each must end in a result or a diagnostic within a second. */
const hostile: Readonly<Record<string, string>> = {
  "open quotes": 'a = "'.repeat(300_000),
  "open heredocs": "a = <<E\n".repeat(200_000),
  "open interpolations": `a = "${"${".repeat(500_000)}`,
  "open comments": "/*".repeat(900_000),
  "a long heredoc with interpolations": `a = <<-E\n${"  ${x} y\n".repeat(180_000)}E\n`,
  "mistakes on every line": "@\n".repeat(900_000),
  "the same argument again and again": "a = 1\n".repeat(300_000),
  "many arguments": many(100_000, (index) => `a${index} = ${index}\n`),
  "combining characters": `a = "${"\u1100".repeat(300_000)}${"e\u0301".repeat(100_000)}" y`,
  "a list of many items": `locals {\n a = [${'"x",'.repeat(150_000)}]\n}\njob "j" {}\n`,
  "a sum of many terms": `locals {\n a = 1${"+1".repeat(200_000)}\n}\njob "j" {}\n`,
  "JSON, nested": `{"job": {"j": ${"[".repeat(900_000)}`,
  "JSON, wide": `{"job": {"j": {"meta": {${many(100_000, (index) => `"k${index}": "v",`)}"z": "z"}}}}`,
  "many variables": `${many(30_000, (index) => `variable "v${index}" {\n default = 1\n}\n`)}job "j" {}\n`,
  "digits of far exponents": `locals {\n${many(3000, (index) => ` a${index} = "x\${1e-999}"\n`)}}\njob "j" {}\n`,
  "a chain of locals": `locals {\n l0 = 1\n${many(20_000, (index) => ` l${index + 1} = [local.l${index}]\n`)}}\njob "j" {}\n`,
  "a pattern that backtracks": `job "j" {\n name = regex_replace("${"a".repeat(50_000)}", "(a*)*b", "x")\n}\n`,
};

test.each(Object.entries(hostile))("%s", (_, text) => {
  const before = process.cpuUsage();
  expect(checkHcl(text)).toBeUndefined();
  const used = process.cpuUsage(before);
  // Reading, and formatting twice what can be formatted; processor time, as the machine may be busy.
  expect((used.user + used.system) / 1000).toBeLessThan(4000);
});
