import { nearest } from "#core/base";

/** What was expected, and the known name that is nearest to the one that was written. */
export function near(expected: string, name: string, known: Iterable<string>): string {
  const found = nearest(name, known);
  return `expected the name of ${expected}${found === undefined ? "" : `; did you mean ${found}?`}`;
}

const VALUE = "a function, a field (.Name), a variable ($name), a constant or a parenthesis";
const expected: Readonly<Record<string, string>> = {
  input: "text or an action",
  end: "nothing but }} after end",
  else: "}}, if or with after else",
  operand: "a space, |, ) or }} after a value",
  "define clause": "a name in quotes, then }}",
  "block clause": "a name in quotes, then a value",
  "template clause": "a name in quotes, then }} or a value",
  "{{break}}": "nothing but }} after break",
  "{{continue}}": "nothing but }} after continue",
};

/** What could have stood where the parser met something else. */
export function expectedIn(context: string): string {
  return `expected ${expected[context] ?? VALUE}`;
}
