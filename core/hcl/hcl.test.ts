import { expect, test } from "vitest";
import { ExactNumber } from "#core/base";
import {
  attributesOf,
  contentOf,
  Diagnostics,
  Evaluator,
  emptyScope,
  parseHcl,
  type Plain,
  plainValue,
  renderDiagnostic,
} from "./mod.ts";

/** All arguments of a text, computed; mistakes as rendered text. */
function evaluated(text: string, keepsUnknownReferences = false): Record<string, Plain> | string {
  const { body, source, diagnostics } = parseHcl(text, "test.hcl");
  if (diagnostics.length > 0) return diagnostics.map(renderDiagnostic).join("\n");
  const evaluator = new Evaluator(source, { keepsUnknownReferences });
  const values: [string, Plain][] = [];
  for (const [name, attribute] of attributesOf(body, evaluator))
    values.push([name, plainValue(evaluator.evaluate(attribute.expression, emptyScope))]);
  if (evaluator.diagnostics.hasErrors) return evaluator.diagnostics.sorted().map(renderDiagnostic).join("\n");
  return Object.fromEntries(values);
}

test("literals keep their exact value", () => {
  expect(evaluated(`a = 9007199254740993\nb = 0.1 + 0.2\nc = -0\nd = 1e3\ne = 18446744073709551616`)).toEqual({
    a: new ExactNumber("9007199254740993"),
    b: 0.3,
    c: 0,
    d: 1000,
    e: 18446744073709552000,
  });
  expect(evaluated(`a = "\${1/3}s"`)).toEqual({ a: `0.${"3".repeat(154)}5s` });
});

test("operators bind as in HCL and group to the left", () => {
  expect(evaluated(`a = 1 + 2 * 3 - 4 - 5\nb = !true || 1 < 2 && 2 >= 2\nc = true ? 1 : 2\nd = -7 % 3`)).toEqual({
    a: -2,
    b: true,
    c: 1,
    d: -1,
  });
});

test("templates, heredocs and directives", () => {
  const text = [
    'a = "x${1 + 1}y$${z}%%{"',
    "b = <<-EOT",
    "    one",
    '      %{ for n in ["p", "q"] ~}',
    "    ${n}",
    "    %{ endfor ~}",
    "    EOT",
    'c = "${[1, 2]}"',
    'd = "%{ if false }x%{ else }y%{ endif }"',
  ].join("\n");
  expect(evaluated(text)).toEqual({ a: "x2y${z}%{", b: "one\n      p\n    q\n", c: [1, 2], d: "y" });
});

test("for expressions, splats and indexes", () => {
  const text = [
    'a = [for i, x in ["a", "b", "c"] : "${i}${x}" if x != "b"]',
    "b = {for k, v in {z = 1, a = 2} : v => k}",
    "c = [{ n = 1 }, { n = 2 }][*].n",
    "d = [[1, 2], [3]].*",
    'e = { k = ["x", "y"] }.k[1]',
    'f = {for x in ["a", "b", "a"] : x => 1...}',
  ].join("\n");
  expect(evaluated(text)).toEqual({
    a: ["0a", "2c"],
    b: { "1": "z", "2": "a" },
    c: [1, 2],
    d: [[1, 2], [3]],
    e: "y",
    f: { a: [1, 1], b: [1] },
  });
});

test("references that nobody knows can be kept as they were written", () => {
  expect(evaluated('a = "x ${ node.class } ${env["H"]}"\nb = attr.kernel.name', true)).toEqual({
    a: 'x ${ node.class } ${env["H"]}',
    b: "${attr.kernel.name}",
  });
});

test("all mistakes of a file are found in one run, each with its line underlined", () => {
  expect(evaluated('a = = 1\nb = 2\nblock "x" {\n  c = "open\n  d = \'no\'\n}\ne = 3 4\n')).toMatchInlineSnapshot(`
    "Error: Invalid expression

      on test.hcl line 1, column 5:
      1 | a = = 1
        |     ^

    Expected a value, found "=".

    Error: Invalid multi-line string

      on test.hcl line 4, column 12:
      4 |   c = "open
        |            ^

    A quoted string ends on its line. Write \\n for a line end, or use a heredoc (<<EOT) for several lines; a closing quote (") may be missing.

    Error: Invalid character

      on test.hcl line 5, column 7:
      5 |   d = 'no'
        |       ^

    Strings are written in double quotes (").

    Error: Missing newline after argument

      on test.hcl line 7, column 7:
      7 | e = 3 4
        |       ^

    An argument ends with its line; found "4" after the value of "e".
    "
  `);
});

test("mistakes of evaluation name the place, and do not repeat themselves", () => {
  expect(evaluated('a = nope\nb = "x" + 1\nc = upper("x")\nd = { name = 1 }.nam + 1\n')).toMatchInlineSnapshot(`
    "Error: Variables not allowed

      on test.hcl line 1, column 5:
      1 | a = nope
        |     ^^^^

    Variables may not be used here; give a constant value.

    Error: Invalid operand

      on test.hcl line 2, column 5:
      2 | b = "x" + 1
        |     ^^^

    Unsuitable value for the left operand of "+": a number is required.

    Error: Call to unknown function

      on test.hcl line 3, column 5:
      3 | c = upper("x")
        |     ^^^^^

    There is no function named "upper".

    Error: Unsupported attribute

      on test.hcl line 4, column 17:
      4 | d = { name = 1 }.nam + 1
        |                 ^^^^

    This object has no attribute named "nam". Did you mean "name"?
    "
  `);
});

test("a schema picks arguments and blocks, and names what does not belong", () => {
  const { body, source } = parseHcl('prt = 1\nserver "a" "b" {\n}\nname {\n}\nserver {\n}\n', "agent.hcl");
  const diagnostics = new Diagnostics(source);
  const schema = { attributes: new Set(["port", "name"]), blocks: new Map([["server", ["name"]]]) };
  contentOf(body, schema, { source, diagnostics });
  expect(diagnostics.sorted().map(renderDiagnostic).join("\n")).toMatchInlineSnapshot(`
    "Error: Unsupported argument

      on agent.hcl line 1, column 1:
      1 | prt = 1
        | ^^^

    An argument named "prt" is not expected here. Did you mean "port"?

    Error: Extraneous label for server

      on agent.hcl line 2, column 12:
      2 | server "a" "b" {
        |            ^^^

    A "server" block takes only 1 label (name).

    Error: Unsupported block type

      on agent.hcl line 4, column 1:
      4 | name {
        | ^^^^

    "name" is an argument: write name = ….

    Error: Missing name for server

      on agent.hcl line 6, column 1:
      6 | server {
        | ^^^^^^

    A "server" block needs a label for its name: server "name" { … }.
    "
  `);
});

test("the JSON syntax reads by the same schema", () => {
  const text = '{"port": "${1 + 1}", "server": {"a": {"on": true}, "b": [{"on": false}]}, "//": "comment"}';
  const { body, source } = parseHcl(text, "agent.json");
  const diagnostics = new Diagnostics(source);
  const schema = { attributes: new Set(["port"]), blocks: new Map([["server", ["name"]]]) };
  const content = contentOf(body, schema, { source, diagnostics });
  expect(content.blocks.map((block) => block.labels[0]?.value)).toEqual(["a", "b"]);
  const value = new Evaluator(source).evaluate(content.attributes.get("port")!.expression, emptyScope);
  expect(plainValue(value)).toBe(2);
});

test("hostile nesting ends in a diagnostic", () => {
  for (const text of [
    `a = ${"[".repeat(100_000)}`,
    `a = ${"(".repeat(100_000)}`,
    "b {\n".repeat(100_000),
    `a = ${"-".repeat(100_000)}1`,
    `a = ${'"${'.repeat(50_000)}`,
  ])
    expect(evaluated(text)).toContain("Nesting too deep");
  expect(evaluated(`a = 1${" + 1".repeat(100_000)}`)).toEqual({ a: 100_001 });
});
