/** Types of values. Two types with the same structure are the same type. */
export type Type =
  | { readonly kind: "string" }
  | { readonly kind: "number" }
  | { readonly kind: "bool" }
  | { readonly kind: "dynamic" }
  | { readonly kind: "list"; readonly element: Type }
  | { readonly kind: "set"; readonly element: Type }
  | { readonly kind: "map"; readonly element: Type }
  | { readonly kind: "tuple"; readonly items: readonly Type[] }
  | { readonly kind: "object"; readonly attributes: ReadonlyMap<string, Type> };

export const stringType: Type = { kind: "string" };
export const numberType: Type = { kind: "number" };
export const boolType: Type = { kind: "bool" };
/** The type of a value about which nothing is known, and the constraint that every value meets. */
export const dynamicType: Type = { kind: "dynamic" };

export function isPrimitive(type: Type): boolean {
  return type.kind === "string" || type.kind === "number" || type.kind === "bool";
}

export function sameType(a: Type, b: Type): boolean {
  if (a === b) return true;
  switch (a.kind) {
    case "list":
    case "set":
    case "map":
      return b.kind === a.kind && sameType(a.element, b.element);
    case "tuple":
      return (
        b.kind === "tuple" &&
        a.items.length === b.items.length &&
        a.items.every((item, index) => sameType(item, b.items[index] as Type))
      );
    case "object":
      return b.kind === "object" && sameAttributes(a.attributes, b.attributes);
    default:
      return a.kind === b.kind;
  }
}

function sameAttributes(a: ReadonlyMap<string, Type>, b: ReadonlyMap<string, Type>): boolean {
  if (a.size !== b.size) return false;
  return [...a].every(([name, type]) => {
    const other = b.get(name);
    return other !== undefined && sameType(type, other);
  });
}

/** What a person calls the type: `list of string`, `object`, …. */
export function typeName(type: Type): string {
  switch (type.kind) {
    case "list":
    case "set":
    case "map":
      return `${type.kind} of ${typeName(type.element)}`;
    default:
      return type.kind;
  }
}

/** The smallest type that values of all of these can be converted to; undefined when there is none. */
export function unify(types: readonly Type[]): Type | undefined {
  const known = types.filter((type) => type.kind !== "dynamic");
  const first = known[0];
  if (first === undefined) return dynamicType;
  if (known.every((type) => sameType(type, first))) return first;
  if (known.every(isPrimitive)) return known.some((type) => type.kind === "string") ? stringType : undefined;
  const kinds = new Set(known.map((type) => type.kind));
  if (isSubset(kinds, ["object", "map"])) return unifyNamed(known);
  if (isSubset(kinds, ["tuple", "list", "set"])) return unifyItems(known);
  return undefined;
}

function isSubset(kinds: ReadonlySet<string>, allowed: readonly string[]): boolean {
  return [...kinds].every((kind) => allowed.includes(kind));
}

function unifyNamed(types: readonly Type[]): Type | undefined {
  const objects = types.filter((type) => type.kind === "object");
  const names = [...(objects[0]?.attributes.keys() ?? [])];
  const sameShape =
    objects.length === types.length &&
    objects.every(({ attributes }) => attributes.size === names.length && names.every((name) => attributes.has(name)));
  if (sameShape) {
    const entries = names.map((name) => [name, unify(objects.map((o) => o.attributes.get(name) as Type))] as const);
    if (entries.every(([, type]) => type !== undefined))
      return { kind: "object", attributes: new Map(entries as [string, Type][]) };
    return undefined;
  }
  const element = unify(types.flatMap((type) => elementTypes(type)));
  return element === undefined ? undefined : { kind: "map", element };
}

function unifyItems(types: readonly Type[]): Type | undefined {
  const tuples = types.filter((type) => type.kind === "tuple");
  const length = tuples[0]?.items.length;
  if (tuples.length === types.length && tuples.every((tuple) => tuple.items.length === length)) {
    const items = (tuples[0]?.items ?? []).map((_, index) => unify(tuples.map((t) => t.items[index] as Type)));
    if (items.every((item) => item !== undefined)) return { kind: "tuple", items };
    return undefined;
  }
  const element = unify(types.flatMap((type) => elementTypes(type)));
  if (element === undefined) return undefined;
  return types.every((type) => type.kind === "set") ? { kind: "set", element } : { kind: "list", element };
}

function elementTypes(type: Type): readonly Type[] {
  switch (type.kind) {
    case "list":
    case "set":
    case "map":
      return [type.element];
    case "tuple":
      return type.items;
    case "object":
      return [...type.attributes.values()];
    default:
      return [type];
  }
}
