import type { LoadHook } from "node:module";
import type { Mutant } from "./mutant.ts";

type Patch = Pick<Mutant, "name" | "file" | "from" | "to">;

let patch: Patch | undefined;

export function initialize(data: Patch): void {
  patch = data;
}

/** Applies the patch to the one file that it names; a patch that does not match exactly once stops the run. */
export const load: LoadHook = async (url, context, nextLoad) => {
  const loaded = await nextLoad(url, context);
  if (patch === undefined || !url.endsWith(`/dist/${patch.file}`)) return loaded;
  const source = Buffer.from(loaded.source as Uint8Array).toString();
  const count = source.split(patch.from).length - 1;
  if (count !== 1) throw new Error(`mutant ${patch.name} matches ${count} times in ${patch.file}`);
  return { ...loaded, source: source.replace(patch.from, () => (patch as Patch).to), shortCircuit: true };
};
