import {
  type Attribute,
  attributesOf,
  type Block,
  type Body,
  type BodyContent,
  type BodySchema,
  contentOf,
  type Evaluator,
  type Scope,
  type Span,
} from "#core/hcl";
import type { FieldType } from "#core/schema";
import { emptyDraft } from "#core/schema";
import type { AttributeSpec, BlockSpec, Draft, NestedSpec, Report } from "./block.ts";
import { decodeFree } from "./decode-free.ts";
import { decodeTexts, decodeValue } from "./decode-value.ts";
import { expandDynamic, type ScopedBlock } from "./dynamic.ts";

const schemas = new WeakMap<BlockSpec, BodySchema>();

function isFreeForm(nested: NestedSpec): boolean {
  return nested.as === "texts" || nested.as === "textLists" || nested.as === "free";
}

/** What may be written in a block: its arguments, its blocks, and `dynamic`. */
export function schemaOf(spec: BlockSpec): BodySchema {
  const known = schemas.get(spec);
  if (known !== undefined) return known;
  const nested = [...spec.blocks];
  const freeForm = nested.filter(([, item]) => isFreeForm(item)).map(([name]) => name);
  const blocks = nested.map(([name, item]) => {
    const labels = "spec" in item && item.spec.label !== undefined ? [item.spec.label.name] : [];
    return [name, labels] as const;
  });
  const schema: BodySchema = {
    attributes: new Set([...spec.attributes.keys(), ...freeForm]),
    blocks: new Map([...blocks, ["dynamic", ["type"]]]),
  };
  schemas.set(spec, schema);
  return schema;
}

/** Reads a block by its declaration. Mistakes go to the evaluator's diagnostics; the draft holds what could be read. */
export function decodeBlock(spec: BlockSpec, block: ScopedBlock, evaluator: Evaluator): Draft {
  return new BlockDecoder(spec, evaluator).decode(block);
}

class BlockDecoder {
  readonly #spec: BlockSpec;
  readonly #evaluator: Evaluator;
  readonly #draft: Draft;
  readonly #extras: Draft = {};
  /** Where a block that may stand only once was first written. */
  readonly #first = new Map<string, Span>();

  constructor(spec: BlockSpec, evaluator: Evaluator) {
    this.#spec = spec;
    this.#evaluator = evaluator;
    this.#draft = emptyDraft(spec.noun) as Draft;
  }

  decode({ labels, body, scope, span }: ScopedBlock): Draft {
    const { label, finish } = this.#spec;
    const content = contentOf(body, schemaOf(this.#spec), this.#evaluator);
    if (label?.field !== undefined) this.#draft[label.field] = labels[0]?.value ?? "";
    for (const attribute of content.attributes.values()) this.attribute(attribute, scope);
    for (const block of this.nestedBlocks(content, scope)) this.nested(block);
    this.reportMissing(content, body, span);
    if (finish === undefined) return this.#draft;
    const report: Report = (summary, detail, at) => {
      const argument = at === undefined ? undefined : content.attributes.get(at)?.expression;
      const nested = content.blocks.findLast((block) => block.type === at)?.typeSpan;
      this.#evaluator.fault(argument ?? nested ?? span, summary, detail);
    };
    return finish(this.#draft, this.#extras, report, labels[0]?.value ?? "");
  }

  private *nestedBlocks(content: BodyContent, scope: Scope): Generator<ScopedBlock> {
    for (const block of content.blocks) {
      if (block.type === "dynamic") yield* expandDynamic(block, scope, this.#evaluator, schemaOf(this.#spec));
      else yield scoped(block, scope);
    }
  }

  private attribute(attribute: Attribute, scope: Scope): void {
    const spec = this.#spec.attributes.get(attribute.name);
    if (spec === undefined) return this.freeFormAttribute(attribute, scope);
    const value = decodeValue(attribute.expression, spec, scope, this.#evaluator);
    if (value === undefined) return;
    this.put(spec, attribute.name, value);
  }

  private put(spec: AttributeSpec, name: string, value: unknown): void {
    if (spec.field === undefined) this.#extras[name] = value;
    else this.#draft[spec.field] = value;
  }

  /** `env = { … }` where `env { … }` is possible too. */
  private freeFormAttribute(attribute: Attribute, scope: Scope): void {
    const nested = this.#spec.blocks.get(attribute.name);
    if (nested === undefined) return;
    this.#first.set(attribute.name, attribute.nameSpan);
    const of: FieldType = nested.as === "textLists" ? { kind: "list", of: { kind: "text" } } : { kind: "text" };
    const type: FieldType = nested.as === "free" ? { kind: "any" } : { kind: "map", of };
    const spec = { field: nested.field, type, refusesNull: false, range: undefined, truncates: false };
    const value = decodeValue(attribute.expression, spec, scope, this.#evaluator);
    if (value !== undefined) this.#draft[nested.field] = value;
  }

  private nested(block: ScopedBlock): void {
    const nested = this.#spec.blocks.get(block.type);
    if (nested === undefined || !this.mayRepeat(block, nested)) return;
    switch (nested.as) {
      case "free":
        this.#draft[nested.field] = decodeFree(block.body, block.scope, this.#evaluator);
        return;
      case "texts":
      case "textLists":
        this.#draft[nested.field] = this.texts(block, nested.as);
        return;
      default:
        this.typed(block, nested);
    }
  }

  private texts(block: ScopedBlock, as: "texts" | "textLists"): unknown {
    const attributes = attributesOf(block.body, this.#evaluator);
    return decodeTexts(attributes, as === "textLists", block.scope, this.#evaluator);
  }

  private typed(block: ScopedBlock, nested: Extract<NestedSpec, { spec: BlockSpec }>): void {
    const target = nested.extra ? this.#extras : this.#draft;
    const draft = decodeBlock(nested.spec, block, this.#evaluator);
    if (nested.as === "one") target[nested.field] = draft;
    else if (nested.as === "list") append(target, nested.field, draft);
    else target[nested.field] = { ...(target[nested.field] as Draft | null), [block.labels[0]?.value ?? ""]: draft };
  }

  private mayRepeat(block: ScopedBlock, nested: NestedSpec): boolean {
    if (nested.as === "list" || nested.as === "map") return true;
    const first = this.#first.get(block.type);
    if (first === undefined) {
      this.#first.set(block.type, block.typeSpan);
      return true;
    }
    const { line } = this.#evaluator.source.position(first.start);
    this.#evaluator.fault(
      block.typeSpan,
      `Duplicate ${block.type} block`,
      `Only one ${block.type} is possible here; the other is on line ${line}.`,
    );
    return false;
  }

  private reportMissing(content: BodyContent, body: Body, span: Span): void {
    for (const name of this.#spec.required)
      if (!content.attributes.has(name))
        this.#evaluator.fault(
          body.kind === "native" ? span : body,
          "Missing required argument",
          `The argument "${name}" is required here, and it is not set.`,
        );
  }
}

function append(target: Draft, field: string, draft: Draft): void {
  const known = target[field] as Draft[] | null | undefined;
  if (known === null || known === undefined) target[field] = [draft];
  else known.push(draft);
}

export function scoped(block: Block, scope: Scope): ScopedBlock {
  const { type, typeSpan, labels, body } = block;
  return { type, typeSpan, labels, body, scope, span: typeSpan };
}
