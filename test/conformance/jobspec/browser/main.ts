/** What browser.test.ts bundles: the job language, left on the page's global object. */
import { parseJobFile } from "#core/jobspec";
import { Job } from "#core/model";
import { encodeJsonDraft } from "#core/wire";

function parse(text: string): string {
  const { job, diagnostics } = parseJobFile(text);
  return job === undefined ? JSON.stringify(diagnostics) : encodeJsonDraft(Job, job);
}

Object.assign(globalThis, { jobLanguage: { parse } });
