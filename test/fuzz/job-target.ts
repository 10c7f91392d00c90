import type { Prng } from "#core/base";
import { jobDiff, renderJobDiff } from "#core/diff";
import { canonicalise, parseJobFile, readApiJob, serverForm, validateJob } from "#core/jobspec";
import { Job } from "#core/model";
import { encodeJsonDraft } from "#core/wire";
import type { Verdict } from "./hcl-target.ts";

const options = { newId: () => "id" };

/** Whatever JSON claims to be a job is refused by name or can be canonicalised, stored, checked and compared. */
export function checkJob(text: string): Verdict {
  const read = readApiJob(text);
  if (!read.ok) return read.failure.message === "" ? "refused without a reason" : undefined;
  canonicalise(read.value);
  const { job, errors, errorText } = validateJob(read.value, options);
  if (errors.length > 0 !== (errorText !== "")) return "errors and their text disagree";
  const again = jobDiff(job, serverForm(read.value, options), null);
  if (again.type !== "None") return `a job differs from itself: ${JSON.stringify(again)}`;
  renderJobDiff(jobDiff(null, job, null), { verbose: true });
  return undefined;
}

const replacements: readonly unknown[] = [
  null,
  "",
  "x",
  0,
  -1,
  2 ** 53,
  1.5,
  true,
  [],
  [null],
  {},
  { a: null },
  "${attr.x}",
  [""],
  "🙂",
];

/** A job of the corpus as JSON, with some of its values replaced. */
export function nextJob(random: Prng, corpus: readonly string[]): string {
  const { job } = parseJobFile(corpus[random.below(corpus.length)] ?? "");
  if (job === undefined) return "{}";
  const value = JSON.parse(encodeJsonDraft(Job, job)) as unknown;
  for (let count = 1 + random.below(4); count > 0; count--) change(value, random);
  return JSON.stringify(value);
}

/** Replaces one value somewhere below. */
function change(value: unknown, random: Prng): void {
  if (typeof value !== "object" || value === null) return;
  const holder = value as Record<string, unknown>;
  const names = Object.keys(holder);
  const name = names[random.below(names.length)];
  if (name === undefined) return;
  const inner = holder[name];
  if (typeof inner === "object" && inner !== null && random.below(4) > 0) change(inner, random);
  else holder[name] = structuredClone(replacements[random.below(replacements.length)]);
}
