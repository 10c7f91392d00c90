import { describe, expect, it } from "vitest";
import { checkTemplate } from "#core/template";
import { allCases, type Case, classOf, isPresent } from "./cases.ts";
import { twins } from "./twins.ts";

const cases = allCases();

function messages({ source, data }: Case): string[] {
  const { left_delimiter: left = "{{", right_delimiter: right = "}}" } = data.options ?? {};
  const options = { file: "in.tpl", dialect: "go", delimiters: { left, right } } as const;
  return checkTemplate(source, options).map(({ message }) => message);
}

describe.skipIf(!isPresent)("checking the golden templates without their data", () => {
  it("finds nothing wrong with those that render or wait", () => {
    const wrong = cases.filter((one) => one.err === undefined && messages(one).length > 0);
    expect(wrong.map((one) => [one.name, ...messages(one)])).toEqual([]);
  });

  it("finds the recorded error in those that do not parse", () => {
    const unparsed = cases.filter((one) => classOf(one.err ?? "").startsWith("parse"));
    const missed = unparsed.filter((one) => !messages(one).includes(one.err as string));
    expect(missed.map((one) => [one.name, one.err, ...messages(one)])).toEqual([]);
    process.stderr.write(`template check: the recorded error found in ${unparsed.length} sources that do not parse\n`);
  });

  it("finds recorded errors of execution that do not need data", () => {
    const found = cases.filter(
      (one) => classOf(one.err ?? "").startsWith("execute") && messages(one).includes(one.err as string),
    );
    process.stderr.write(`template check: ${found.length} errors of execution found without data\n`);
    expect(found.length).toBeGreaterThanOrEqual(7);
  });

  it("finds nothing wrong with the Handlebars twins", () => {
    const wrong = Object.entries(twins).filter(
      ([, source]) => checkTemplate(source, { file: "in.hbs", dialect: "handlebars" }).length > 0,
    );
    expect(wrong).toEqual([]);
  });
});
