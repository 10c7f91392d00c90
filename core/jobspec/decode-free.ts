import {
  type Attribute,
  attributesOf,
  type Block,
  type Body,
  type Evaluator,
  type Plain,
  plainValue,
  type Scope,
} from "#core/hcl";

/**
 * A body whose names nobody here knows, such as a driver's configuration: arguments by name, blocks as lists of maps,
 * labels as further levels. An object written out becomes a list of one, so that it reads like a block.
 */
export function decodeFree(body: Body, scope: Scope, evaluator: Evaluator): Readonly<Record<string, Plain>> {
  const found = new Map<string, Plain>();
  const attributes = body.kind === "json" ? attributesOf(body, evaluator) : attributesOnly(body);
  for (const [name, { expression }] of attributes) {
    const value = evaluator.evaluate(expression, scope);
    if (value.kind === "null" || value.kind === "unknown") continue;
    evaluator.budget.walk(value);
    const plain = plainValue(value);
    found.set(name, body.kind === "native" && expression.kind === "object" ? [plain] : plain);
  }
  if (body.kind === "native")
    for (const block of body.blocks) append(found, block.type, labelled(block, scope, evaluator));
  return Object.fromEntries(found);
}

function attributesOnly(body: Extract<Body, { kind: "native" }>): ReadonlyMap<string, Attribute> {
  return new Map(body.attributes.map((attribute) => [attribute.name, attribute]));
}

function append(found: Map<string, Plain>, name: string, item: Plain): void {
  const known = found.get(name);
  found.set(name, Array.isArray(known) ? [...known, item] : [item]);
}

function labelled(block: Block, scope: Scope, evaluator: Evaluator): Plain {
  const inner: Plain = decodeFree(block.body, scope, evaluator);
  return block.labels.reduceRight<Plain>((nested, label) => ({ [label.value]: [nested] }), inner);
}
