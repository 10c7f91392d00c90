import {
  type Attribute,
  type Block,
  type Body,
  type BodySchema,
  contentOf,
  convert,
  ConversionFault,
  type Evaluator,
  type Label,
  numberValue,
  objectValue,
  type Scope,
  type Span,
  stringType,
  stringValue,
  type Value,
} from "#core/hcl";

/** A block with the names that expressions in it may use. */
export interface ScopedBlock {
  readonly type: string;
  readonly typeSpan: Span;
  readonly labels: readonly Label[];
  readonly body: Body;
  readonly scope: Scope;
  /** What to underline when something is missing inside. */
  readonly span: Span;
}

const dynamicSchema: BodySchema = {
  attributes: new Set(["for_each", "iterator", "labels"]),
  blocks: new Map([["content", []]]),
};

/** The blocks that a `dynamic` block stands for: one for each item of `for_each`. */
export function expandDynamic(block: Block, scope: Scope, evaluator: Evaluator, schema: BodySchema): ScopedBlock[] {
  const [label] = block.labels;
  const type = label?.value ?? "";
  const wanted = type === "dynamic" ? undefined : schema.blocks.get(type);
  if (wanted === undefined) {
    evaluator.fault(label ?? block, "Unsupported block type", `Blocks of type "${type}" are not expected here.`, {
      unknown: type,
      expected: [...schema.blocks.keys()].filter((name) => name !== "dynamic"),
    });
    return [];
  }
  const { attributes, blocks } = contentOf(block.body, dynamicSchema, evaluator);
  const [content] = blocks;
  const forEach = attributes.get("for_each");
  if (forEach === undefined)
    return refuse(
      block,
      evaluator,
      "Missing required argument",
      `The argument "for_each" is required in a dynamic block.`,
    );
  if (content === undefined)
    return refuse(
      block,
      evaluator,
      "Missing dynamic content block",
      `A dynamic block needs a "content" block with what each "${type}" holds.`,
    );
  const labels = attributes.get("labels");
  if (wanted.length > 0 && labels === undefined)
    return refuse(
      block,
      evaluator,
      "Missing required argument",
      `"${type}" blocks have a label: set "labels" to a list with it.`,
    );
  const iterator = iteratorName(attributes.get("iterator"), evaluator) ?? type;
  return items(forEach, scope, evaluator).flatMap(([key, value]) => {
    const inner = scope.with(
      new Map([
        [
          iterator,
          objectValue([
            ["key", key],
            ["value", value],
          ]),
        ],
      ]),
    );
    const found = labelValues(labels, inner, evaluator, wanted.length);
    return found === undefined
      ? []
      : [
          {
            type,
            typeSpan: label ?? block.typeSpan,
            labels: found,
            body: content.body,
            scope: inner,
            span: content.typeSpan,
          },
        ];
  });
}

function refuse(block: Block, evaluator: Evaluator, summary: string, detail: string): [] {
  evaluator.fault(block.typeSpan, summary, detail);
  return [];
}

function iteratorName(attribute: Attribute | undefined, evaluator: Evaluator): string | undefined {
  if (attribute === undefined) return undefined;
  const { expression } = attribute;
  if (expression.kind === "traversal" && expression.steps.length === 0) return expression.root;
  const only = expression.kind === "template" ? expression.parts[0] : undefined;
  if (only?.kind === "text") return only.text;
  evaluator.fault(expression, "Invalid expression", "The iterator is a single name.");
  return undefined;
}

function items(forEach: Attribute, scope: Scope, evaluator: Evaluator): (readonly [Value, Value])[] {
  const value = evaluator.evaluate(forEach.expression, scope);
  if (value.kind === "unknown") return [];
  if (value.kind === "set") return value.items.map((item) => [item, item]);
  if ("items" in value) return value.items.map((item, index) => [numberValue(index), item]);
  if ("entries" in value)
    return [...value.entries].sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, item]) => [stringValue(key), item]);
  evaluator.fault(
    forEach.expression,
    "Invalid dynamic for_each value",
    `"for_each" needs a list, a set, a tuple, a map or an object, not a ${value.kind}.`,
  );
  return [];
}

function labelValues(
  attribute: Attribute | undefined,
  scope: Scope,
  evaluator: Evaluator,
  count: number,
): Label[] | undefined {
  if (count === 0 || attribute === undefined) return [];
  const value = evaluator.evaluate(attribute.expression, scope);
  if (value.kind === "unknown") return undefined;
  const { start, end } = attribute.expression;
  try {
    const list = convert(value, { kind: "list", element: stringType });
    const found = ("items" in list ? list.items : []).map((item) => (item.kind === "string" ? item.value : ""));
    if (found.length === count) return found.map((label) => ({ value: label, start, end }));
  } catch (error) {
    if (!(error instanceof ConversionFault)) throw error;
  }
  evaluator.fault(
    attribute.expression,
    "Invalid dynamic block labels",
    `"labels" needs a list of ${count} string${count === 1 ? "" : "s"}.`,
  );
  return undefined;
}
