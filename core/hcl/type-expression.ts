import { nearest } from "#core/base";
import type { Call, Expression, ObjectExpression } from "./ast.ts";
import type { Span } from "./source.ts";
import { boolType, dynamicType, numberType, stringType, type Type } from "./type.ts";

export interface TypeFault {
  readonly span: Span;
  readonly summary: string;
  readonly detail: string;
}

export interface TypeOptions {
  /** `any` is possible: in a constraint, not where the exact type must be said. */
  readonly allowsAny: boolean;
}

const keywords: ReadonlyMap<string, Type> = new Map([
  ["string", stringType],
  ["number", numberType],
  ["bool", boolType],
]);
const constructors = ["list", "set", "map", "object", "tuple"];
const SUMMARY = "Invalid type specification";

/** Reads an expression such as `map(list(string))` as a type. */
export function parseType(expression: Expression, options: TypeOptions): Type | TypeFault {
  if (expression.kind === "call") return constructed(expression, options);
  if (expression.kind !== "traversal" || expression.steps.length > 0)
    return fault(
      expression,
      "A type is a keyword (bool, number, string) or a constructor, such as list(string); it is not quoted.",
    );
  const { root } = expression;
  const type = keywords.get(root);
  if (type !== undefined) return type;
  if (root === "any")
    return options.allowsAny
      ? dynamicType
      : fault(expression, `The keyword "any" cannot be used here: an exact type is required.`);
  if (constructors.includes(root))
    return fault(
      expression,
      `The type constructor ${root} needs its argument in parentheses, such as ${exampleOf(root)}.`,
    );
  const meant = nearest(root, [...keywords.keys(), ...constructors]);
  return fault(
    expression,
    `"${root}" is no type.${meant === undefined ? "" : ` Did you mean "${meant}"?`} Types are string, number, bool, list(), set(), map(), object() and tuple().`,
  );
}

function fault(span: Span, detail: string): TypeFault {
  return { span, summary: SUMMARY, detail };
}

function exampleOf(name: string): string {
  if (name === "object") return "object({ name = string })";
  return name === "tuple" ? "tuple([string, number])" : `${name}(string)`;
}

function constructed(call: Call, options: TypeOptions): Type | TypeFault {
  const { name } = call;
  if (name === "optional") return fault(call, "Attributes of an exact type cannot be optional.");
  if (!constructors.includes(name)) return fault(call.nameSpan, `"${name}" is no type constructor.`);
  const [argument] = call.arguments;
  if (argument === undefined || call.arguments.length > 1)
    return fault(call, `The type constructor ${name} takes one argument, such as ${exampleOf(name)}.`);
  if (name === "object") return objectType(argument, options);
  if (name === "tuple") return tupleType(argument, options);
  const element = parseType(argument, options);
  return "summary" in element ? element : { kind: name as "list" | "set" | "map", element };
}

function tupleType(argument: Expression, options: TypeOptions): Type | TypeFault {
  if (argument.kind !== "tuple") return fault(argument, `A tuple type is written ${exampleOf("tuple")}.`);
  const items: Type[] = [];
  for (const item of argument.items) {
    const type = parseType(item, options);
    if ("summary" in type) return type;
    items.push(type);
  }
  return { kind: "tuple", items };
}

function objectType(argument: Expression, options: TypeOptions): Type | TypeFault {
  if (argument.kind !== "object") return fault(argument, `An object type is written ${exampleOf("object")}.`);
  return attributeTypes(argument, options);
}

function attributeTypes({ items }: ObjectExpression, options: TypeOptions): Type | TypeFault {
  const attributes = new Map<string, Type>();
  for (const { key, value } of items) {
    if (key.kind !== "literal" || key.value.kind !== "string")
      return fault(key, "The names of an object type's attributes are written without quotes.");
    const type = parseType(value, options);
    if ("summary" in type) return type;
    attributes.set(key.value.value, type);
  }
  return { kind: "object", attributes };
}
