import { describe, expect, it } from "vitest";
import { Prng } from "#core/base";
import { keyQuery } from "../data/query.ts";
import { snapshotOf } from "../data/snapshot.ts";
import type { Host } from "../engine/host.ts";
import { render } from "../engine/render.ts";
import { GoMap } from "../values/value.ts";
import { parseHandlebars } from "./parse.ts";

const host: Host = {
  nowMs: 0,
  random: new Prng(1),
  environment: new Map(),
  addresses: [],
  refusePath: () => undefined,
  refuseOwner: () => undefined,
  runPlugin: () => ({ problem: "none", stdout: "", stderr: "" }),
  cryptography: undefined,
};

const secret = new GoMap(undefined, [["password", "pw"]]);
const known = new Map([
  [keyQuery("a", "block").name, { kind: "value", value: "x" } as const],
  ["vault.read(s)", { kind: "value", value: secret, secrets: ["pw"] } as const],
]);

function run(source: string): string {
  const template = parseHandlebars(source);
  if (!template.ok) return template.failure.message;
  const pass = render(template.value, snapshotOf(known), { host });
  if (!pass.ok) return `${pass.failure.message}${pass.failure.hint === undefined ? "" : ` (${pass.failure.hint})`}`;
  return pass.value.output ?? `waits for ${pass.value.missing.map(({ name }) => name).join()}`;
}

describe("a Handlebars template", () => {
  it("has every function as a helper, and escapes nothing", () => {
    expect(run('{{key "a"}} {{toUpper "<b>"}} {{#each (loop 2)}}{{this}}{{/each}}')).toBe("x <B> 01");
  });

  it("waits for what is missing", () => {
    expect(run('{{key "b"}}')).toBe("waits for kv.block(b)");
  });

  it("refuses a name that is not in the data, with its place", () => {
    expect(run("{{nope}}")).toMatch(
      /template: :1:2: "nope" is not defined \(expected a field of the data here, or a helper/,
    );
    expect(run('{{#with (sprig_dict "ab" 1)}}\n{{ac}}{{/with}}')).toContain('template: :2:2: "ac" is not defined');
  });

  it("does not tell the object in which a name is missing", () => {
    const text = run('{{#with (secret "s")}}{{user}}{{/with}}');
    expect(text).toContain('"user" is not defined');
    expect(text).not.toContain("pw");
  });

  it.each([
    "{{constructor}}",
    "{{__proto__}}",
    "{{toString}}",
    "{{#with (sprig_list 1)}}{{constructor}}{{/with}}",
    '{{#with (sprig_dict "a" 1)}}{{__proto__}}{{/with}}',
    "{{#with (sprig_list 1)}}{{push}}{{/with}}",
    "{{#each (sprig_list 1)}}{{this.constructor.constructor}}{{/each}}",
  ])("reaches nothing outside of the data by %s", (source) => {
    expect(run(source)).toMatch(/^$|is not defined/);
  });

  it("finds nothing by looking up what is no field", () => {
    expect(run('{{lookup (sprig_list 1) "constructor"}}{{lookup (sprig_dict) "__proto__"}}|{{lookup this "a"}}')).toBe(
      "|",
    );
  });

  it("calls denied functions as little as the Go dialect does", () => {
    const template = parseHandlebars('{{plugin "echo" "x"}}');
    if (!template.ok) throw new Error(template.failure.message);
    const pass = render(template.value, snapshotOf(known), { host, denied: ["plugin"] });
    expect(pass.ok ? "rendered" : pass.failure.message).toContain("error calling plugin: function is disabled");
  });
});
