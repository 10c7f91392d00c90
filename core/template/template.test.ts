import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { sprintf } from "./format/printf.ts";
import { showFloat } from "./format/float.ts";
import { renderTemplate } from "./engine/render-answer.ts";
import { parseTree } from "./language/parser.ts";
import { defaultDelimiters } from "./language/lexer.ts";
import { printTree } from "./language/node.ts";
import { functionNames } from "./functions/table.ts";
import { int } from "./values/value.ts";

const leaf = fc.constantFrom(
  ".",
  ".a",
  ".a.b",
  "$",
  '"s"',
  "`r`",
  "1",
  "-2.5",
  "true",
  "'c'",
  "(len .x)",
  "(.a | print).b",
);
const command = fc.oneof(
  leaf,
  fc
    .tuple(fc.constantFrom("print", "printf", "len", "index", "and", "toUpper"), fc.array(leaf, { maxLength: 3 }))
    .map(([name, args]) => [name, ...args].join(" ")),
);
const pipe = fc.oneof(
  command,
  command.map((first) => `${first} | print`),
);
const body = fc.letrec<{ node: string }>((tie) => ({
  node: fc.oneof(
    { maxDepth: 4 },
    fc.constantFrom("text", " ", "line\n"),
    pipe.map((inner) => `{{${inner}}}`),
    fc
      .tuple(fc.constantFrom("if", "with", "range"), pipe, tie("node"), tie("node"))
      .map(([word, inner, list, other]) => `{{${word} ${inner}}}${list}{{else}}${other}{{end}}`),
    fc.tuple(tie("node"), tie("node")).map((both) => both.join("")),
  ),
})).node;

const print = (source: string): string => printTree(parseTree(source, defaultDelimiters, functionNames));

describe("the template language", () => {
  it("prints what it parsed so that it parses to the same", () => {
    fc.assert(
      fc.property(body, (source) => print(print(source)) === print(source)),
      { numRuns: 500 },
    );
  });

  it("prints floats that read back", () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => Number(showFloat(value)) === value),
    );
  });

  it("formats integers as JavaScript does", () => {
    fc.assert(
      fc.property(fc.maxSafeInteger(), (value) => {
        expect(sprintf("%d", [int(value)])).toBe(String(value));
        expect(sprintf("%x", [int(value)])).toBe(value.toString(16));
        expect(sprintf("%20d", [int(value)])).toBe(String(value).padStart(20));
      }),
    );
  });

  it("rounds fixed decimals as the exact value says", () => {
    expect(["%.0f", "%.1f", "%.2f"].map((format) => sprintf(format, [2.5]))).toEqual(["2", "2.5", "2.50"]);
    expect(sprintf("%.2f", [1.005])).toBe("1.00");
  });

  it("renders an answer of the API for -t", () => {
    const rendered = renderTemplate("{{range .}}{{.ID}}={{.Count}} {{end}}", [
      { ID: "a", Count: 3 },
      { ID: "b", Count: 10000000 },
    ]);
    expect(rendered).toEqual({ ok: true, value: "a=3 b=10000000 " });
  });
});
