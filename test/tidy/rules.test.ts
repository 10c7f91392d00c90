import { expect, test } from "vitest";
import { checkTree } from "#test/tidy";

function rulesBroken(sources: Readonly<Record<string, string>>): string[] {
  return [...new Set(checkTree(new Map(Object.entries(sources))).map((found) => found.rule))].sort();
}

const README = "1. `log` the log\n2. `http` the routes\n";

test("a clean pair of modules breaks nothing", () => {
  expect(
    rulesBroken({
      "core/base/mod.ts": "export const a = 1;\n",
      "core/values/mod.ts": 'export { a } from "#core/base";\n',
    }),
  ).toEqual([]);
});

test("an import against the layer table is seen", () => {
  expect(rulesBroken({ "core/base/mod.ts": 'import "#core/values";\n', "core/values/mod.ts": "export {};\n" })).toEqual(
    ["layer"],
  );
  expect(rulesBroken({ "core/store/mod.ts": 'import "#server/http";\n' })).toEqual(["layer"]);
  expect(
    rulesBroken({
      "services/client/task/mod.ts": 'import "#server/http";\n',
      "services/client/README.md": "1. `task`\n",
    }),
  ).toEqual(["layer"]);
  expect(rulesBroken({ "cli/commands/job/run.ts": 'import "#core/store";\n' })).toEqual(["layer"]);
  expect(rulesBroken({ "core/base/mod.ts": 'import "#test/sim";\n' })).toEqual(["layer"]);
});

test("a core module without a row in the table is seen", () => {
  expect(rulesBroken({ "core/novel/mod.ts": 'import "#core/base";\n' })).toEqual(["layer"]);
});

test("inside a service a module sees only those listed before it", () => {
  const later = { "services/server/README.md": README, "services/server/log/mod.ts": 'import "#server/http";\n' };
  const earlier = { "services/server/README.md": README, "services/server/http/mod.ts": 'import "#server/log";\n' };
  expect(rulesBroken(later)).toEqual(["layer"]);
  expect(rulesBroken(earlier)).toEqual([]);
  expect(rulesBroken({ "services/server/http/mod.ts": 'import "#server/log";\n' })).toEqual(["layer"]);
});

test("a relative import that leaves its module is seen, also from a test", () => {
  expect(rulesBroken({ "core/values/mod.ts": 'import "../base/heap.ts";\n' })).toEqual(["entry-point"]);
  expect(rulesBroken({ "core/values/a.test.ts": 'import "../base/heap.ts";\n' })).toEqual(["entry-point"]);
});

test("a package in a module that does not own it is seen", () => {
  expect(
    rulesBroken({ "services/server/log/mod.ts": 'import "fastify";\n', "services/server/README.md": README }),
  ).toEqual(["package"]);
  expect(rulesBroken({ "core/base/mod.ts": 'import "node:fs";\n' })).toEqual(["package"]);
  expect(rulesBroken({ "core/store/mod.ts": 'import "sorted-btree";\n' })).toEqual([]);
});

test("time, chance and the machine are kept out of core", () => {
  for (const use of [
    "Math.random()",
    "Date.now()",
    "new Date()",
    "process.pid",
    "setTimeout(f, 1)",
    "console",
    "fetch('x')",
  ]) {
    expect(rulesBroken({ "core/base/mod.ts": `export const a = ${use};\n` }), use).toEqual(["purity"]);
  }
  expect(rulesBroken({ "core/base/mod.ts": "export const a = { process: 1 }.process;\n" })).toEqual([]);
});

test("await, async and Promise are kept out of core, but for runtime, api and rpc", () => {
  const asynchronous = "export async function a(): Promise<void> { await 1; }\n";
  expect(rulesBroken({ "core/base/mod.ts": asynchronous })).toEqual(["async"]);
  expect(rulesBroken({ "core/runtime/mod.ts": asynchronous })).toEqual([]);
});

test("a file that nothing imports is seen", () => {
  expect(rulesBroken({ "core/base/mod.ts": "export {};\n", "core/base/lost.ts": "export {};\n" })).toEqual(["unused"]);
});

test("an import cycle is seen", () => {
  expect(
    rulesBroken({
      "core/base/mod.ts": 'import "./a.ts";\n',
      "core/base/a.ts": 'import "./b.ts";\n',
      "core/base/b.ts": 'import "./a.ts";\n',
    }),
  ).toEqual(["cycle"]);
});

test("mutable module state is seen", () => {
  expect(rulesBroken({ "core/base/mod.ts": "export let a = 1;\n" })).toEqual(["module-state"]);
});

test("a file or a function that is too long is seen", () => {
  expect(rulesBroken({ "core/base/mod.ts": "export {};\n".repeat(501) })).toEqual(["file-size"]);
  expect(rulesBroken({ "core/base/mod.ts": `export function a(): void {\n${"  a();\n".repeat(70)}}\n` })).toEqual([
    "function-size",
  ]);
});

test("a file that does not parse is seen", () => {
  expect(rulesBroken({ "core/base/mod.ts": "export const = ;\n" })).toContain("parse");
});
