import { sprigCrypto } from "../sprig/crypto.ts";
import { sprigDicts } from "../sprig/dicts.ts";
import { sprigLists } from "../sprig/lists.ts";
import { sprigNumbers } from "../sprig/numbers.ts";
import { sprigPaths } from "../sprig/paths.ts";
import { sprigText } from "../sprig/text.ts";
import { sprigTimes } from "../sprig/times.ts";
import { sprigVersions } from "../sprig/semver.ts";
import type { TemplateFunction } from "../language/function.ts";
import { builtins } from "./builtins.ts";
import { collectionFunctions } from "./collections.ts";
import { dataFunctions } from "./data.ts";
import { encodingFunctions } from "./encoding.ts";
import { localFunctions } from "./local.ts";
import { numberFunctions } from "./numbers.ts";
import { sockaddrFunctions } from "./sockaddr.ts";
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
  ...sockaddrFunctions,
  ...sprigText,
  ...sprigLists,
  ...sprigDicts,
  ...sprigNumbers,
  ...sprigPaths,
  ...sprigCrypto,
  ...sprigTimes,
  ...sprigVersions,
];

export const functionTable: ReadonlyMap<string, TemplateFunction> = new Map(
  functions.map((declared) => [declared.name, declared]),
);
export const functionNames: ReadonlySet<string> = new Set(functionTable.keys());

/** What an agent denies unless its configuration says otherwise. */
export const deniedByDefault: readonly string[] = functions.filter((f) => f.isDeniedByDefault).map((f) => f.name);
