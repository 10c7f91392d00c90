import type { Budget } from "../budget.ts";
import { convert } from "../convert.ts";
import { FunctionFault, type HclFunction } from "../scope.ts";
import { dynamicType, type Type, unify } from "../type.ts";
import { identity, listValue, setValue, tupleValue, typeOf, type Value } from "../value.ts";
import { anything, define, itemsOf } from "./define.ts";

/** All arguments as sets of one element type. */
function asSets(values: readonly Value[]): { element: Type; sets: (readonly Value[])[] } {
  const types = values.flatMap((value, index) => itemsOf(value, index).map(typeOf));
  const element = unify(types);
  if (element === undefined) throw new FunctionFault("the sets have elements of different types");
  const sets = values.map((value) => itemsOf(convert(value, { kind: "set", element }), 0));
  return { element, sets };
}

function combine(choose: (sets: readonly (readonly Value[])[]) => readonly Value[]): HclFunction {
  const call = (values: readonly Value[]): Value => {
    const { element, sets } = asSets(values);
    return setValue(choose(sets), element);
  };
  return define([anything("first_set")], call, anything("other_sets"));
}

function intersection([first = [], ...others]: readonly (readonly Value[])[]): readonly Value[] {
  const names = others.map((items) => new Set(items.map(identity)));
  return first.filter((item) => names.every((known) => known.has(identity(item))));
}

function product(values: readonly Value[], budget: Budget): Value {
  let rows: (readonly Value[])[] = [[]];
  values.forEach((value, index) => {
    const items = itemsOf(value, index);
    budget.step(rows.length * items.length);
    rows = rows.flatMap((row) => items.map((item) => [...row, item]));
  });
  const tuples = rows.map(tupleValue);
  if (values.every((value) => value.kind === "set")) return setValue(tuples, typeOf(tuples[0] ?? tupleValue([])));
  return listValue(tuples, dynamicType);
}

export const setFunctions: ReadonlyMap<string, HclFunction> = new Map<string, HclFunction>([
  ["setintersection", combine(intersection)],
  ["setunion", combine((sets) => sets.flat())],
  ["setproduct", define([anything("sets")], product, anything("sets"))],
]);
