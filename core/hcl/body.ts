import type { Attribute, Block, Body, JsonBody, JsonMember, JsonNode, JsonObject, Label, NativeBody } from "./ast.ts";
import type { Diagnostics } from "./diagnostic.ts";
import { jsonExpression } from "./json.ts";
import type { Source, Span } from "./source.ts";

/** What a body may hold. In the JSON syntax this decides whether a member is an argument or a block. */
export interface BodySchema {
  readonly attributes: ReadonlySet<string>;
  /** Blocks by type, with the names of their labels. */
  readonly blocks: ReadonlyMap<string, readonly string[]>;
  /** Names that are not known are left out in silence. */
  readonly lenient?: boolean;
}

export interface BodyContent {
  readonly attributes: ReadonlyMap<string, Attribute>;
  readonly blocks: readonly Block[];
}

/** Where the bodies come from, and where problems go. */
export interface BodyContext {
  readonly source: Source;
  readonly diagnostics: Diagnostics;
}

/**
 * The arguments and blocks of a body by its schema. Unknown names, wrong numbers of labels, blocks written as arguments
 * and the reverse are reported and left out.
 */
export function contentOf(body: Body, schema: BodySchema, context: BodyContext): BodyContent {
  return body.kind === "native" ? nativeContent(body, schema, context) : jsonContent(body, schema, context);
}

/** Every argument of a body that has only arguments, such as `env`; blocks in it are reported. */
export function attributesOf(body: Body, context: BodyContext): ReadonlyMap<string, Attribute> {
  const found = new Map<string, Attribute>();
  if (body.kind === "json") {
    for (const member of membersOf(body)) found.set(member.name, jsonAttribute(member, context));
    return found;
  }
  for (const attribute of body.attributes) if (!found.has(attribute.name)) found.set(attribute.name, attribute);
  for (const block of body.blocks)
    context.diagnostics.add(
      block.typeSpan,
      "Unexpected block",
      `Only arguments (name = value) are possible here, and "${block.type}" is a block. Did you forget the "="?`,
    );
  return found;
}

function nativeContent(body: NativeBody, schema: BodySchema, context: BodyContext): BodyContent {
  const attributes = new Map<string, Attribute>();
  for (const attribute of body.attributes) {
    if (!schema.attributes.has(attribute.name)) refuseAttribute(attribute, schema, context);
    else if (!attributes.has(attribute.name)) attributes.set(attribute.name, attribute);
  }
  const blocks = body.blocks.filter((block) => {
    const labels = schema.blocks.get(block.type);
    if (labels === undefined) {
      refuseBlock(block, schema, context);
      return false;
    }
    return labelsFit(block, labels, context);
  });
  return { attributes, blocks };
}

function refuseAttribute(attribute: Attribute, schema: BodySchema, { diagnostics }: BodyContext): void {
  const { name, nameSpan } = attribute;
  if (schema.blocks.has(name)) {
    const detail = `"${name}" is a block: write ${name} { … } without "=".`;
    diagnostics.add(nameSpan, "Unsupported argument", detail);
    return;
  }
  if (schema.lenient === true) return;
  const expected = [...schema.attributes];
  const detail = `An argument named "${name}" is not expected here.`;
  diagnostics.add(nameSpan, "Unsupported argument", detail, {
    unknown: name,
    expected: [...expected, ...schema.blocks.keys()],
  });
}

function refuseBlock(block: Block, schema: BodySchema, { diagnostics }: BodyContext): void {
  const { type, typeSpan } = block;
  if (schema.attributes.has(type)) {
    const detail = `"${type}" is an argument: write ${type} = ….`;
    diagnostics.add(typeSpan, "Unsupported block type", detail);
    return;
  }
  if (schema.lenient === true) return;
  const detail = `Blocks of type "${type}" are not expected here.`;
  diagnostics.add(typeSpan, "Unsupported block type", detail, {
    unknown: type,
    expected: [...schema.blocks.keys(), ...schema.attributes],
  });
}

function labelsFit(block: Block, names: readonly string[], { diagnostics }: BodyContext): boolean {
  if (block.labels.length === names.length) return true;
  const extra = block.labels[names.length];
  if (extra !== undefined) {
    const wanted = names.length === 0 ? "no labels" : `only ${names.length} label (${names.join(", ")})`;
    diagnostics.add(extra, `Extraneous label for ${block.type}`, `A "${block.type}" block takes ${wanted}.`);
    return false;
  }
  const missing = names[block.labels.length] as string;
  const detail = `A "${block.type}" block needs a label for its ${missing}: ${block.type} "${missing}" { … }.`;
  diagnostics.add(block.typeSpan, `Missing ${missing} for ${block.type}`, detail);
  return false;
}

function membersOf(body: JsonBody): JsonMember[] {
  return body.objects.flatMap((object) => object.members.filter((member) => member.name !== "//"));
}

function jsonAttribute(member: JsonMember, { source, diagnostics }: BodyContext): Attribute {
  const { name, nameSpan, value, start, end } = member;
  return { name, nameSpan, expression: jsonExpression(value, source, diagnostics), start, end };
}

function jsonContent(body: JsonBody, schema: BodySchema, context: BodyContext): BodyContent {
  const attributes = new Map<string, Attribute>();
  const blocks: Block[] = [];
  for (const member of membersOf(body)) {
    const labels = schema.blocks.get(member.name);
    if (labels !== undefined) blocks.push(...jsonBlocks(member, labels, context));
    else if (!schema.attributes.has(member.name)) refuseAttribute(jsonAttribute(member, context), schema, context);
    else if (attributes.has(member.name))
      context.diagnostics.add(member.nameSpan, "Attribute redefined", `The argument "${member.name}" was already set.`);
    else attributes.set(member.name, jsonAttribute(member, context));
  }
  return { attributes, blocks };
}

/** One object level for each label, with lists allowed at every level; the innermost objects are the bodies. */
function jsonBlocks(member: JsonMember, labels: readonly string[], context: BodyContext): Block[] {
  const { name: type, nameSpan: typeSpan } = member;
  const blocks: Block[] = [];
  const descend = (node: JsonNode, found: readonly Label[]): void => {
    if (node.kind === "jsonScalar" && node.value.kind === "null" && found.length === labels.length) return;
    for (const object of objectsIn(node, type, context)) {
      if (found.length === labels.length) blocks.push(jsonBlock(type, typeSpan, found, object));
      else
        for (const inner of object.members) descend(inner.value, [...found, { value: inner.name, ...inner.nameSpan }]);
    }
  };
  descend(member.value, []);
  return blocks;
}

function objectsIn(node: JsonNode, type: string, context: BodyContext): JsonObject[] {
  if (node.kind === "jsonObject") return [node];
  if (node.kind === "jsonArray") return node.items.flatMap((item) => objectsIn(item, type, context));
  context.diagnostics.add(node, "Incorrect JSON value type", `A JSON object is required for "${type}".`);
  return [];
}

function jsonBlock(type: string, typeSpan: Span, labels: readonly Label[], object: JsonObject): Block {
  const body: JsonBody = { kind: "json", objects: [object], start: object.start, end: object.end };
  return { type, typeSpan, labels, body, start: typeSpan.start, end: object.end };
}
