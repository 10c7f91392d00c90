import { describe, expect, it } from "vitest";
import { betterErrors } from "./better-errors.ts";
import { allCases, type Case, classOf, errorText, isPresent, play } from "./cases.ts";

const cases = allCases();
const rendered = cases.filter((one) => one.out !== undefined);
const refused = cases.filter((one) => one.err !== undefined);
const waiting = cases.filter((one) => one.blocked !== undefined);

function outputOf(one: Case): string {
  const pass = play(one);
  if (!pass.ok) throw new Error(pass.failure.message);
  if (pass.value.output === undefined)
    throw new Error(`waits for ${pass.value.missing.map(({ name }) => name).join(", ")}`);
  return pass.value.output;
}

function refusalOf(one: Case): string {
  const pass = play(one);
  return pass.ok ? `rendered: ${pass.value.output ?? "(waiting)"}` : errorText(pass.failure);
}

describe.skipIf(!isPresent)("golden templates", () => {
  it.each(rendered.map((one) => [one.name, one] as const))("%s renders the recorded bytes", (_, one) => {
    expect(outputOf(one)).toBe(one.out);
  });

  it.each(refused.map((one) => [one.name, one] as const))("%s is refused as recorded", (name, one) => {
    const got = refusalOf(one);
    const wanted = one.err as string;
    expect(classOf(got)).toBe(classOf(wanted).replace(/^exec:/, "execute:"));
    if (!name.startsWith("err-dep-") && !betterErrors.has(name)) expect(got).toBe(wanted);
  });

  it.each(waiting.map((one) => [one.name, one] as const))("%s waits for the recorded dependencies", (_, one) => {
    const pass = play(one);
    expect(pass.ok ? pass.value.output : pass.failure.message).toBeUndefined();
    const missing = pass.ok ? pass.value.missing.map(({ name }) => name).sort() : [];
    expect(missing).toEqual(one.blocked);
  });

  it("are all there", () => {
    const counts = `${rendered.length} rendered, ${refused.length} refused, ${waiting.length} waiting`;
    process.stderr.write(`template goldens: ${counts}; ${betterErrors.size} error texts are better on purpose\n`);
    expect(counts).toBe("235 rendered, 180 refused, 7 waiting");
  });
});
