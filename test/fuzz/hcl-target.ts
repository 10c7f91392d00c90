import type { Prng } from "#core/base";
import { type Body, type Diagnostic, formatHcl, hasErrors, parseHcl, renderDiagnostic } from "#core/hcl";
import { canonicalise, parseJobFile, validateJob } from "#core/jobspec";
import { HclGenerator } from "./hcl-generator.ts";

/** What one input did wrong; undefined when all is well. */
export type Verdict = string | undefined;

const alphabet = [
  '"',
  "{",
  "}",
  "[",
  "]",
  "(",
  ")",
  "$",
  "%",
  "{",
  "~",
  "\\",
  "\n",
  "\r",
  "\t",
  "=",
  ":",
  "?",
  ",",
  ".",
  "*",
  "<<E\n",
  "#",
  "/*",
  "'",
  "\0",
  "é",
  "\u{1F600}",
  "\ud800",
  "for ",
  " in ",
  "null",
  "1e9999",
  "0x",
  "-",
];

/** Nothing that a person or a machine writes may make the language crash, hang or contradict itself. */
export function checkHcl(text: string): Verdict {
  const parsed = parseHcl(text, "fuzz.hcl");
  const wrong = parsed.diagnostics
    .map((diagnostic) => misplaced(diagnostic, parsed.source.text))
    .find((problem) => problem !== undefined);
  if (wrong !== undefined) return wrong;
  const { job, diagnostics } = parseJobFile(text);
  for (const diagnostic of diagnostics) renderDiagnostic(diagnostic);
  if (job === undefined && !hasErrors(diagnostics)) return "refused without a reason";
  if (job !== undefined) validateJob(canonicalise(job), { newId: () => "id" });
  return hasErrors(parsed.diagnostics) ? undefined : checkFormat(text);
}

/** The syntax tree without offsets: what a text says, not where it says it. */
function withoutPlaces(body: Body): string {
  return JSON.stringify(body, (name, value: unknown) =>
    name === "start" || name === "end" ? undefined : bigText(value),
  );
}

function bigText(value: unknown): unknown {
  return typeof value === "bigint" ? `${value}n` : value;
}

function misplaced({ range }: Diagnostic, text: string): Verdict {
  if (range === undefined) return undefined;
  const { start, end } = range;
  const fits =
    start.offset >= 0 &&
    start.offset <= end.offset &&
    end.offset <= text.length + 1 &&
    start.line >= 1 &&
    start.column >= 1;
  return fits ? undefined : `a diagnostic lies outside the text: ${JSON.stringify(range)}`;
}

/** Comparing the trees of very long texts would itself run out of stack. */
const COMPARED_MAX = 50_000;

function checkFormat(text: string): Verdict {
  const once = formatHcl(text, "fuzz.hcl");
  if (once.text === undefined) return "parses, but is not formatted";
  const twice = formatHcl(once.text, "fuzz.hcl");
  if (twice.text === undefined) return `the formatted text does not parse:\n${once.text}`;
  if (twice.text !== once.text) return `formatting again changes:\n${once.text}\n---\n${twice.text}`;
  if (text.length > COMPARED_MAX) return undefined;
  const [before, after] = [text, once.text].map((source) => withoutPlaces(parseHcl(source, "fuzz.hcl").body));
  return before === after ? undefined : `formatting changes the meaning:\n${text}\n---\n${once.text}`;
}

/** A new input: generated, or something known with a few changes. */
export function nextHcl(random: Prng, corpus: readonly string[]): string {
  const generator = new HclGenerator(random);
  const kind = random.below(10);
  if (kind < 3 || corpus.length === 0) return generator.file();
  const base = kind < 6 ? generator.file() : (corpus[random.below(corpus.length)] as string);
  return mutated(base, random);
}

function mutated(text: string, random: Prng): string {
  let result = text;
  for (let count = 1 + random.below(4); count > 0; count--) {
    const at = random.below(result.length + 1);
    const length = random.below(random.below(4) === 0 ? 40 : 4);
    const insert = random.below(3) === 0 ? "" : (alphabet[random.below(alphabet.length)] as string);
    const repeated = random.below(50) === 0 ? insert.repeat(random.below(400)) : insert;
    result = result.slice(0, at) + repeated + result.slice(at + length);
  }
  return result;
}
