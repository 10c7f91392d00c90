import { describe, expect, it } from "vitest";
import { parseHandlebars, renderWith, worldOf } from "#core/template";
import { allCases, hostOf, isPresent, withAbsoluteFiles } from "./cases.ts";
import { twins } from "./twins.ts";

const cases = new Map(allCases().map((one) => [one.name, one]));

it("there are at least 60 Handlebars twins", () => {
  expect(Object.keys(twins).length).toBeGreaterThanOrEqual(60);
});

describe.skipIf(!isPresent)("Handlebars twins of the goldens", () => {
  it.each(Object.entries(twins))("%s renders the recorded bytes", (name, source) => {
    const one = cases.get(name);
    const template = parseHandlebars(source, { file: "in.hbs" });
    if (one === undefined || !template.ok) throw new Error(template.ok ? `no case ${name}` : template.failure.message);
    const host = hostOf(one.data);
    const pass = renderWith(template.value, worldOf(withAbsoluteFiles(one.data), host), {
      host,
      denied: one.data.options?.function_denylist ?? [],
    });
    if (!pass.ok) throw new Error(pass.failure.message);
    expect(pass.value.output).toBe(one.out);
  });
});
