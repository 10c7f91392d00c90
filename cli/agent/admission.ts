import { err, failureOf, ok, type Result } from "#core/base";
import { canonicalise } from "#core/jobspec";
import { Job } from "#core/model";
import { encodeJsonDraft, jsonReader, parseJson } from "#core/wire";

const DEFAULT_POOL = "default";
const readDraft = jsonReader(Job, "draft");
const readStored = jsonReader(Job);

/** Completes a job in the form of the API as the compatible server does; `job` is parsed JSON. */
export function admit(
  job: unknown,
  context: { readonly region: string; readonly namespace: string | undefined },
): Result<{ readonly job: Job; readonly warnings: readonly string[] }> {
  const draft = readDraft(job);
  if (!draft.ok) return draft;
  const namespace = context.namespace ?? draft.value.namespace ?? "default";
  try {
    const nodePool = draft.value.nodePool || DEFAULT_POOL;
    const completed = canonicalise({ ...draft.value, region: context.region, namespace, nodePool });
    const parsed = parseJson(encodeJsonDraft(Job, completed));
    if (!parsed.ok) return parsed;
    const stored = readStored(parsed.value);
    return stored.ok ? ok({ job: stored.value, warnings: [] }) : stored;
  } catch (error) {
    return err("internal", failureOf(error).message);
  }
}
