import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { sprintf } from "./format/printf.ts";
import { showFloat } from "./format/float.ts";
import { renderTemplate } from "./engine/render-answer.ts";
import { parseTree } from "./language/parser.ts";
import { defaultDelimiters } from "./language/lexer.ts";
import { printTree, type Tree } from "./language/node.ts";
import { functionNames } from "./functions/table.ts";
import { Int, int } from "./values/value.ts";

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
    fc.constantFrom("text", " ", "line\n", "{{/* a comment */}}", "é☃ ", "{{- /* trimmed */ -}}"),
    pipe.map((inner) => `{{${inner}}}`),
    pipe.map((inner) => `{{- ${inner} -}} `),
    fc.tuple(pipe, tie("node")).map(([inner, list]) => `{{$v := ${inner}}}{{$v}}${list}{{$v = 1}}`),
    fc
      .tuple(pipe, tie("node"))
      .map(([inner, list]) => `{{range $i, $e := ${inner}}}${list}{{if $i}}{{break}}{{end}}{{continue}}{{end}}`),
    fc.tuple(pipe, tie("node")).map(([inner, list]) => `{{if ${inner}}}a{{else if ${inner}}}${list}{{end}}`),
    pipe.map((inner) => `{{template "t" ${inner}}}{{with $w := ${inner}}}{{$w.a}}{{end}}`),
    fc
      .tuple(fc.constantFrom("if", "with", "range"), pipe, tie("node"), tie("node"))
      .map(([word, inner, list, other]) => `{{${word} ${inner}}}${list}{{else}}${other}{{end}}`),
    fc.tuple(tie("node"), tie("node")).map((both) => both.join("")),
  ),
})).node;

const parse = (source: string): Tree => parseTree(source, defaultDelimiters, functionNames);
const print = (source: string): string => printTree(parse(source));

/** A tree without the places of its nodes, and with neighbouring texts joined, as printing joins them. */
function shape(value: unknown): unknown {
  if (value instanceof Map) return [...value].map(([name, list]) => [name, shape(list)]);
  if (Array.isArray(value)) return joined(value.map(shape));
  if (value === null || typeof value !== "object" || value instanceof Int) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([name]) => name !== "position" && name !== "source")
      .map(([name, one]) => [name, shape(one)]),
  );
}

function joined(nodes: readonly unknown[]): unknown[] {
  const made: unknown[] = [];
  for (const node of nodes) {
    const last = made.at(-1);
    if (isText(node) && isText(last)) made[made.length - 1] = { ...last, text: last.text + node.text };
    else made.push(node);
  }
  return made;
}

function isText(node: unknown): node is { readonly type: "text"; readonly text: string } {
  return typeof node === "object" && node !== null && "type" in node && node.type === "text";
}

describe("the template language", () => {
  it("prints what it parsed so that it parses to the same", () => {
    fc.assert(
      fc.property(body, (node) => {
        const source = `{{define "t"}}${node}{{end}}${node}{{block "b" .}}${node}{{end}}`;
        expect(shape(parse(print(source)))).toEqual(shape(parse(source)));
        expect(print(print(source))).toBe(print(source));
      }),
      { numRuns: 1000 },
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
