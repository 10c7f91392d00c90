/**
 * What a field is: its type, unit, stable number, and whether it is a secret. A noun is declared once with `struct`;
 * its TypeScript type, JSON spelling, binary form, defaults and diff derive from the declaration.
 */
export {
  any,
  bool,
  bytes,
  durationNs,
  float,
  instantMs,
  int,
  list,
  map,
  ref,
  text,
  timeMs,
} from "./field.ts";
export type { Field, FieldOptions, FieldType, Struct } from "./declaration.ts";
export type { DraftFields, InferFields, StructFields } from "./struct.ts";
export { struct } from "./struct.ts";
export { storedForm } from "./store-form.ts";
export { empty, emptyDraft, zeroOf } from "./zero.ts";
