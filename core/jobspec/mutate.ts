import type { Job, JobDraft } from "#core/model";
import { exposeChecks, injectConnect } from "./mutate-connect.ts";
import { addImpliedConstraints } from "./mutate-constraints.ts";
import { type StoreOptions, storedJob } from "./store.ts";

/** The job as a server stores it: canonical, with injected Connect tasks and ports and implied constraints. */
export function serverForm(draft: JobDraft, options: StoreOptions): Job {
  return addImpliedConstraints(exposeChecks(injectConnect(storedJob(draft, options))));
}
