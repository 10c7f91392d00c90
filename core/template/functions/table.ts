import type { TemplateFunction } from "../language/function.ts";
import { builtins } from "./builtins.ts";
import { collectionFunctions } from "./collections.ts";
import { dataFunctions } from "./data.ts";
import { encodingFunctions } from "./encoding.ts";
import { localFunctions } from "./local.ts";
import { numberFunctions } from "./numbers.ts";
import { spewFunctions } from "./spew.ts";
import { textFunctions } from "./text.ts";

/** Every function of the template language. Documentation, completion and both dialects read this table. */
export const functions: readonly TemplateFunction[] = [
  ...builtins,
  ...dataFunctions,
  ...localFunctions,
  ...textFunctions,
  ...collectionFunctions,
  ...numberFunctions,
  ...encodingFunctions,
  ...spewFunctions,
];

export const functionTable: ReadonlyMap<string, TemplateFunction> = new Map(
  functions.map((declared) => [declared.name, declared]),
);
export const functionNames: ReadonlySet<string> = new Set(functionTable.keys());

/** What an agent denies unless its configuration says otherwise. */
export const deniedByDefault: readonly string[] = functions.filter((f) => f.isDeniedByDefault).map((f) => f.name);
