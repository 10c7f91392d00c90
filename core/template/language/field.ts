import { nearest } from "#core/base";
import { ANY, GoMap, NilPointer, Struct, type Method, type Value, typeName } from "../values/value.ts";
import type { Run } from "./frame.ts";

const MISSING = Symbol("missing");

export type MethodCall = (method: Method, name: string, self: Value) => Value;

/** What evaluating one name of a chain gives, and whether it came out of a container of interfaces. */
export interface Found {
  readonly value: Value;
  readonly isLoose: boolean;
}

function methodOf(receiver: Value, name: string): Method | undefined {
  if (receiver instanceof Struct) return own(receiver.type.methods, name);
  return receiver instanceof GoMap ? own(receiver.type.methods, name) : undefined;
}

function own<T>(table: Readonly<Record<string, T>> | undefined, name: string): T | undefined {
  return table !== undefined && Object.hasOwn(table, name) ? table[name] : undefined;
}

/** `receiver.name`. A method is called by `call`; `hasArgs` says that arguments follow. */
export function fieldOf(
  run: Run,
  receiver: Value,
  name: string,
  isLoose: boolean,
  hasArgs: boolean,
  call: MethodCall,
): Found {
  if (receiver === undefined) {
    if (run.session.failsOnMissingKey) run.fail(`nil data; no entry for key ${JSON.stringify(name)}`);
    return { value: undefined, isLoose: false };
  }
  if (receiver === null) return run.fail(`nil pointer evaluating ${ANY}.${name}`);
  const method = methodOf(receiver, name);
  if (method !== undefined) return { value: call(method, name, receiver), isLoose: false };
  const value = valueOf(run, receiver, name, hasArgs);
  if (value !== MISSING) return { value, isLoose: receiver instanceof GoMap && receiver.type.element === ANY };
  return run.fail(
    `can't evaluate field ${name} in type ${isLoose ? ANY : typeName(receiver)}`,
    nearField(receiver, name),
  );
}

/** What could have been meant, of a value that has fields or methods. */
function nearField(receiver: Value, name: string): string | undefined {
  if (!(receiver instanceof Struct)) return "only objects and maps have fields";
  const { fields, methods = {} } = receiver.type;
  const known = [...fields, ...Object.keys(methods)];
  const near = nearest(name, known);
  return near === undefined ? `expected one of ${known.join(", ")}` : `did you mean ${near}?`;
}

function valueOf(run: Run, receiver: Value, name: string, hasArgs: boolean): Value | typeof MISSING {
  if (receiver instanceof GoMap) {
    if (hasArgs) run.fail(`${name} is not a method but has arguments`);
    if (receiver.entries.has(name)) return receiver.entries.get(name);
    if (run.session.failsOnMissingKey) run.fail(`map has no entry for key ${JSON.stringify(name)}`);
    return zeroOf(receiver.type.element);
  }
  if (receiver instanceof Struct && receiver.type.fields.includes(name)) {
    if (hasArgs) run.fail(`${name} has arguments but cannot be invoked as function`);
    return receiver.values[name];
  }
  if (receiver instanceof NilPointer && receiver.fields.includes(name))
    return run.fail(`nil pointer evaluating ${receiver.type}.${name}`);
  return MISSING;
}

/** What reading an absent key of a map gives. */
export function zeroOf(element: string): Value {
  if (element === "string") return "";
  if (element === "bool") return false;
  if (element === ANY) return null;
  return element.startsWith("*") || element.startsWith("[]") ? new NilPointer(element) : null;
}
