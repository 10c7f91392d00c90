/** Preloaded (`node --import`) when a mutant runs: DROVER_MUTANT names it. */
import { register } from "node:module";
import type { initialize } from "./hooks.ts";
import { mutants } from "./patches.ts";

const name = process.env["DROVER_MUTANT"];
const mutant = mutants.find((candidate) => candidate.name === name);
if (mutant === undefined) throw new Error(`no mutant is called ${name}`);
const { file, from, to } = mutant;
const data: Parameters<typeof initialize>[0] = { name: mutant.name, file, from, to };
register("./hooks.js", import.meta.url, { data });
