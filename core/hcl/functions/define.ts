import type { Budget } from "../budget.ts";
import type { HclNumber } from "../number.ts";
import { isInteger, toFloat64 } from "../number.ts";
import { FunctionFault, type Parameter, type PlainFunction } from "../scope.ts";
import { dynamicType, numberType, stringType, type Type } from "../type.ts";
import { aTypeName, type Value } from "../value.ts";

export function define(
  parameters: readonly Parameter[],
  call: (values: readonly Value[], budget: Budget) => Value,
  rest?: Parameter,
): PlainFunction {
  return rest === undefined ? { parameters, call } : { parameters, call, rest };
}

export const aString = (name: string): Parameter => ({ name, type: stringType });
export const aNumber = (name: string): Parameter => ({ name, type: numberType });
export const anything = (name: string): Parameter => ({ name, type: dynamicType });
export const nullable = (name: string): Parameter => ({ name, type: dynamicType, nullable: true });
export const aListOf = (name: string, element: Type): Parameter => ({ name, type: { kind: "list", element } });

/** The text of an argument whose parameter is a string. */
export function textOf(value: Value | undefined): string {
  if (value?.kind !== "string") throw new FunctionFault("a string is required");
  return value.value;
}

/** Charges the file for the texts within a value before they are written out: one long text may stand there often. */
export function chargeTexts(value: Value | undefined, budget: Budget): void {
  if (value === undefined) return;
  if (value.kind === "string") budget.text(value.value.length);
  else if ("items" in value) for (const item of value.items) chargeTexts(item, budget);
  else if ("entries" in value) for (const item of value.entries.values()) chargeTexts(item, budget);
}

export function numberOf(value: Value | undefined): HclNumber {
  if (value?.kind !== "number") throw new FunctionFault("a number is required");
  return value.value;
}

/** A whole number that JavaScript holds exactly. */
export function wholeOf(value: Value | undefined, argument: number): number {
  const number = numberOf(value);
  const plain = toFloat64(number);
  if (!isInteger(number) || !Number.isSafeInteger(plain))
    throw new FunctionFault("value must be a whole number", argument);
  return plain;
}

/** The items of a list, set or tuple. */
export function itemsOf(value: Value | undefined, argument: number): readonly Value[] {
  if (value !== undefined && "items" in value) return value.items;
  throw new FunctionFault(`a list is required, not ${value === undefined ? "nothing" : aTypeName(value)}`, argument);
}

export function entriesOf(value: Value | undefined, argument: number): ReadonlyMap<string, Value> {
  if (value !== undefined && "entries" in value) return value.entries;
  throw new FunctionFault(
    `a map or object is required, not ${value === undefined ? "nothing" : aTypeName(value)}`,
    argument,
  );
}
