import { ExactNumber, err, ok, type Random, type Result } from "#core/base";
import { emptySnapshot } from "../data/snapshot.ts";
import { builtins } from "../functions/builtins.ts";
import { TemplateFault } from "../language/fault.ts";
import { defaultDelimiters } from "../language/lexer.ts";
import { parseTree } from "../language/parser.ts";
import { Program } from "../language/program.ts";
import type { TemplateFunction } from "../language/function.ts";
import { GoMap, Int, intOf, JsonNumber, List, Struct, type Value } from "../values/value.ts";
import type { Host } from "./host.ts";
import { defaultLimits } from "./limits.ts";
import { Session } from "./session.ts";

const table: ReadonlyMap<string, TemplateFunction> = new Map(builtins.map((one) => [one.name, one]));
const names: ReadonlySet<string> = new Set(table.keys());

const noRandom: Random = { below: () => 0, fraction: () => 0, bytes: (length) => new Uint8Array(length) };
const noHost: Host = {
  nowMs: 0,
  random: noRandom,
  environment: new Map(),
  addresses: [],
  refusePath: () => "there are no files here",
  refuseOwner: () => undefined,
  runPlugin: () => ({ problem: "there are no commands here", stdout: "", stderr: "" }),
  cryptography: undefined,
};

/** A decoded answer of the API: whole numbers are ints, as in the structs that the answer stands for. */
function answerValue(data: unknown): Value {
  if (data === null || typeof data === "string" || typeof data === "boolean") return data;
  if (typeof data === "number") return Number.isInteger(data) ? new Int("int", data) : data;
  if (data instanceof ExactNumber)
    return /^-?\d+$/.test(data.literal) ? intOf("int", BigInt(data.literal)) : new JsonNumber(data.literal);
  if (Array.isArray(data)) return new List(data.map(answerValue));
  if (typeof data !== "object") return undefined;
  return new GoMap(
    undefined,
    Object.entries(data).map(([key, value]) => [key, answerValue(value)] as const),
  );
}

/** The objects of an answer as structs of a type that errors name: a field that they do not have is a mistake. */
function structsOf(data: unknown, typeName: string): Value {
  if (Array.isArray(data))
    return new List(
      data.map((item) => structsOf(item, typeName)),
      typeName,
    );
  if (data === null || typeof data !== "object") return answerValue(data);
  const values = Object.entries(data).map(([name, value]) => [name, answerValue(value)] as const);
  const type = { name: typeName, isPointer: false, fields: values.map(([name]) => name) };
  return new Struct(type, Object.fromEntries(values));
}

/**
 * What `-t` prints: a Go template, with the built-in functions only, over an answer under Go's field names. With the name
 * of their type the answer's objects have these fields and no others.
 */
export function renderTemplate(text: string, data: unknown, typeName?: string): Result<string> {
  const session = new Session({
    snapshot: emptySnapshot,
    host: noHost,
    limits: defaultLimits,
    failsOnMissingKey: false,
    denied: () => false,
  });
  try {
    const program = new Program(parseTree(text, defaultDelimiters, names), table);
    return ok(program.run(session, typeName === undefined ? answerValue(data) : structsOf(data, typeName)));
  } catch (error) {
    if (!(error instanceof TemplateFault)) throw error;
    return err("invalid", error.message, { hint: error.hint });
  }
}
