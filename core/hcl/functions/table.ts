import type { FunctionTable } from "../scope.ts";
import { collectionFunctions } from "./collections.ts";
import { dateFunctions } from "./dates.ts";
import { encodingFunctions } from "./encoding.ts";
import { formatFunctions } from "./format.ts";
import { hashFunctions } from "./hashes.ts";
import { jsonFunctions } from "./json-functions.ts";
import { lazyFunctions } from "./lazy.ts";
import { networkFunctions } from "./network.ts";
import { numberFunctions } from "./numbers.ts";
import { setFunctions } from "./sets.ts";
import { stringFunctions } from "./strings.ts";
import { yamlFunctions } from "./yaml.ts";

/** Every function that needs nothing of the machine. */
export const pureFunctions: FunctionTable = new Map([
  ...numberFunctions,
  ...stringFunctions,
  ...formatFunctions,
  ...collectionFunctions,
  ...setFunctions,
  ...encodingFunctions,
  ...jsonFunctions,
  ...yamlFunctions,
  ...dateFunctions,
  ...networkFunctions,
  ...hashFunctions,
  ...lazyFunctions,
]);
