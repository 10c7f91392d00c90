import { assert } from "#core/base";
import type { FieldType, Struct } from "#core/schema";

/** A draft while it is being read: its fields by their names in the model. */
export type Draft = Record<string, unknown>;

/** What was written but has no field of its own: `finish` decides what becomes of it. */
export type Extras = Readonly<Record<string, unknown>>;

/** Reports a mistake at an argument, or at the last nested block of that type; else at the block itself. */
export type Report = (summary: string, detail: string, at?: string) => void;
export type Finish = (draft: Draft, extras: Extras, report: Report, label: string) => Draft;

/** One kind of block: which noun it describes, and how what is written in it maps to the noun's fields. */
export interface BlockSpec {
  readonly noun: Struct;
  readonly attributes: ReadonlyMap<string, AttributeSpec>;
  readonly blocks: ReadonlyMap<string, NestedSpec>;
  /** The field that the label sets; a block without it takes no label. */
  readonly label: LabelSpec | undefined;
  readonly required: readonly string[];
  /** Normalisation that belongs to reading, such as splitting ports by whether they are static. */
  readonly finish: Finish | undefined;
}

export interface LabelSpec {
  readonly name: string;
  readonly field: string | undefined;
}

export interface AttributeSpec {
  /** Undefined for an extra. */
  readonly field: string | undefined;
  readonly type: FieldType;
  /** Null is refused: the compatible client's own type cannot hold it. */
  readonly refusesNull: boolean;
  readonly range: readonly [number, number] | undefined;
  /** A fraction is cut instead of refused. */
  readonly truncates: boolean;
}

export type NestedSpec =
  /** At most one block, a list of blocks, or a map of blocks by their label. */
  | { readonly as: "one" | "list" | "map"; readonly field: string; readonly extra: boolean; readonly spec: BlockSpec }
  /** Arguments with free names: a map of texts (or of lists of texts), or of anything. Also writable as an argument. */
  | { readonly as: "texts" | "textLists" | "free"; readonly field: string };

export interface BlockOptions {
  readonly label?: string | LabelSpec;
  readonly blocks?: Readonly<Record<string, NestedSpec | BlockSpec>>;
  /** Attributes without a field, by name. */
  readonly extras?: Readonly<Record<string, FieldType["kind"]>>;
  readonly ranges?: Readonly<Record<string, readonly [number, number]>>;
  readonly truncated?: readonly string[];
  readonly required?: readonly string[];
  readonly finish?: Finish;
}

/**
 * Declares a block. `attributes` lists what may be written: a name whose camel case (with `Ns` for durations) is a field
 * of the noun, or `name=field`.
 */
export function block(noun: Struct, attributes: string, options: BlockOptions = {}): BlockSpec {
  const fields = new Map(noun.draftEntries);
  const specs = new Map<string, AttributeSpec>();
  for (const word of attributes.split(/\s+/).filter((part) => part !== "")) {
    const [name = "", renamed] = word.split("=");
    const field = renamed ?? fieldNamed(name, fields);
    const declared = fields.get(field);
    assert(declared !== undefined, () => `${noun.name} has no field for ${name}`);
    specs.set(name, {
      field,
      type: declared.type,
      refusesNull: declared.draftZero === true,
      range: options.ranges?.[name],
      truncates: options.truncated?.includes(name) ?? false,
    });
  }
  for (const [name, kind] of Object.entries(options.extras ?? {}))
    specs.set(name, {
      field: undefined,
      type: { kind } as FieldType,
      refusesNull: true,
      range: undefined,
      truncates: false,
    });
  return {
    noun,
    attributes: specs,
    blocks: new Map(Object.entries(options.blocks ?? {}).map(([name, nested]) => [name, nestedOf(name, nested)])),
    label: typeof options.label === "string" ? { name: options.label, field: options.label } : options.label,
    required: options.required ?? [],
    finish: options.finish,
  };
}

function camelCase(name: string): string {
  return name.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}

function fieldNamed(name: string, fields: ReadonlyMap<string, unknown>): string {
  const plain = camelCase(name);
  return fields.has(plain) ? plain : `${plain}Ns`;
}

/** A block alone is one nested block whose field has its name. */
function nestedOf(name: string, nested: NestedSpec | BlockSpec): NestedSpec {
  return "noun" in nested ? { as: "one", field: camelCase(name), extra: false, spec: nested } : nested;
}

export const one = (field: string, spec: BlockSpec): NestedSpec => ({ as: "one", field, extra: false, spec });
export const list = (field: string, spec: BlockSpec): NestedSpec => ({ as: "list", field, extra: false, spec });
export const map = (field: string, spec: BlockSpec): NestedSpec => ({ as: "map", field, extra: false, spec });
/** Nested blocks that go to `finish` instead of a field. */
export const extraOne = (field: string, spec: BlockSpec): NestedSpec => ({ as: "one", field, extra: true, spec });
export const extraList = (field: string, spec: BlockSpec): NestedSpec => ({ as: "list", field, extra: true, spec });
export const texts = (field: string): NestedSpec => ({ as: "texts", field });
export const textLists = (field: string): NestedSpec => ({ as: "textLists", field });
export const free = (field: string): NestedSpec => ({ as: "free", field });
