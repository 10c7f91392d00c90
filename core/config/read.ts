import {
  type Attribute,
  attributesOf,
  type Block,
  type Body,
  type BodyContext,
  type BodySchema,
  contentOf,
  type Diagnostic,
  Diagnostics,
  emptyScope,
  Evaluator,
  hasErrors,
  parseHcl,
  type Plain,
  plainValue,
  type Span,
} from "#core/hcl";
import { parseDuration } from "#core/values";
import type { Key, Keys } from "./key.ts";
import { agentKeys } from "./keys.ts";

/** What was set, by key; not yet typed. */
export type Tree = { readonly [name: string]: unknown };

/** A key that was set, and where: so that one that is not acted on can be named with its line. */
export interface SetKey {
  readonly path: string;
  readonly file: string;
  readonly line: number;
}

export interface ConfigFile {
  readonly tree: Tree;
  readonly keys: readonly SetKey[];
  readonly diagnostics: readonly Diagnostic[];
}

/** Reads one configuration file; every problem of it is reported. */
export function readConfigFile(text: string, file: string): ConfigFile {
  const parsed = parseHcl(mapsAsObjects(text), file);
  if (hasErrors(parsed.diagnostics)) return { tree: {}, keys: [], diagnostics: parsed.diagnostics };
  const diagnostics = new Diagnostics(parsed.source);
  const reader = new Reader({ source: parsed.source, diagnostics });
  const tree = reader.block(parsed.body, agentKeys, "");
  return { tree, keys: reader.keys, diagnostics: [...parsed.diagnostics, ...diagnostics.sorted()] };
}

const MAP_KEYS = ["meta", "options", "chroot_env", "http_api_response_headers", "extra_claims"];
const MAP_BLOCK = new RegExp(`^([ \\t]*(?:${MAP_KEYS.join("|")})[ \\t]*)[ \\t](\\{)`, "gm");

/** Maps were written as blocks with quoted names before HCL 2; such a block reads as an object, columns unchanged. */
function mapsAsObjects(text: string): string {
  return text.replace(MAP_BLOCK, "$1=$2");
}

class Reader {
  readonly keys: SetKey[] = [];
  readonly #context: BodyContext;
  readonly #evaluator: Evaluator;

  constructor(context: BodyContext) {
    this.#context = context;
    this.#evaluator = new Evaluator(context.source, { diagnostics: context.diagnostics });
  }

  block(body: Body, keys: Keys, path: string): Tree {
    const content = contentOf(body, schemaOf(keys), this.#context);
    const tree: Record<string, unknown> = {};
    for (const [name, attribute] of content.attributes) {
      const value = this.#attribute(attribute, keys[name] as Key, path + name);
      if (value !== undefined) tree[name] = value;
    }
    for (const block of content.blocks) this.#take(tree, block, keys[block.type] as Key, path + block.type);
    return tree;
  }

  #take(tree: Record<string, unknown>, block: Block, key: Key, path: string): void {
    if (key.kind === "block") {
      tree[block.type] = { ...(tree[block.type] as Tree | undefined), ...this.block(block.body, key.keys, `${path}.`) };
      return;
    }
    this.#note(path, block.typeSpan);
    if (key.kind === "labelled") {
      const label = block.labels[0]?.value ?? "";
      tree[block.type] = {
        ...(tree[block.type] as Tree | undefined),
        [label]: this.block(block.body, key.keys, `${path}.`),
      };
    } else tree[block.type] = this.#free(block.body);
  }

  /** A body whose keys belong to somebody else, such as a plugin's configuration. */
  #free(body: Body): Tree {
    if (body.kind === "json")
      return Object.fromEntries(
        [...attributesOf(body, this.#context)].map(([name, each]) => [name, this.#value(each)]),
      );
    const tree: Record<string, unknown> = {};
    for (const attribute of body.attributes) tree[attribute.name] = this.#value(attribute);
    for (const block of body.blocks) tree[block.type] = this.#free(block.body);
    return tree;
  }

  #attribute(attribute: Attribute, key: Key, path: string): unknown {
    this.#note(path, attribute.nameSpan);
    return this.#convert(this.#value(attribute), key, attribute, path);
  }

  #value(attribute: Attribute): Plain {
    return plainValue(this.#evaluator.evaluate(attribute.expression, emptyScope));
  }

  /** The value as the key wants it; older files write numbers and booleans as texts, and that still reads. */
  #convert(value: Plain, key: Key, attribute: Attribute, path: string): unknown {
    switch (key.kind) {
      case "text":
        return typeof value === "string" || typeof value === "number"
          ? String(value)
          : this.#refuse(attribute, path, "a text");
      case "bool":
        if (value === true || value === "true" || value === "1") return true;
        return value === false || value === "false" || value === "0"
          ? false
          : this.#refuse(attribute, path, "true or false");
      case "int":
      case "float":
        return this.#number(value, key.kind, attribute, path);
      case "duration":
        return this.#duration(value, attribute, path);
      case "list":
        return Array.isArray(value) && value.every((item) => typeof item === "string")
          ? value
          : this.#refuse(attribute, path, "a list of texts");
      case "map":
        return this.#map(value, attribute, path);
      default:
        return value;
    }
  }

  #number(value: Plain, kind: "int" | "float", attribute: Attribute, path: string): unknown {
    const number = typeof value === "string" && value.trim() !== "" ? Number(value) : value;
    const isFine =
      typeof number === "number" && (kind === "float" ? Number.isFinite(number) : Number.isSafeInteger(number));
    return isFine ? number : this.#refuse(attribute, path, kind === "int" ? "a whole number" : "a number");
  }

  #duration(value: Plain, attribute: Attribute, path: string): unknown {
    const nanoseconds = typeof value === "string" ? parseDuration(value) : value;
    return typeof nanoseconds === "number"
      ? nanoseconds / 1e6
      : this.#refuse(attribute, path, 'a duration such as "30s"');
  }

  #map(value: Plain, attribute: Attribute, path: string): unknown {
    if (value === null || typeof value !== "object" || Array.isArray(value))
      return this.#refuse(attribute, path, "names and texts");
    return Object.fromEntries(
      Object.entries(value).map(([name, item]) => [name, typeof item === "string" ? item : String(item as number)]),
    );
  }

  #refuse(attribute: Attribute, path: string, wanted: string): undefined {
    this.#context.diagnostics.add(attribute.expression, "Invalid value", `${path} must be ${wanted}.`);
    return undefined;
  }

  #note(path: string, span: Span): void {
    const { source } = this.#context;
    const { file, start } = source.range(span);
    this.keys.push({ path, file, line: start.line });
  }
}

function schemaOf(keys: Keys): BodySchema {
  const entries = Object.entries(keys);
  const isBlock = ([, key]: [string, Key]): boolean =>
    key.kind === "block" || key.kind === "labelled" || key.kind === "any";
  const attributes = entries.filter((entry) => !isBlock(entry)).map(([name]) => name);
  const blocks = entries
    .filter(isBlock)
    .map(([name, key]): [string, readonly string[]] => [name, key.kind === "labelled" ? ["name"] : []]);
  return { attributes: new Set(attributes), blocks: new Map(blocks) };
}
