import type { Prng } from "#core/base";
import {
  checkTemplate as problemsOf,
  parseHandlebars,
  parseTemplate,
  renderWith,
  worldOf,
  type Host,
} from "#core/template";
import { Prng as SeededRandom } from "#core/base";
import type { Verdict } from "./hcl-target.ts";

const STEPS_MAX = 20_000;

const pieces = [
  "{{ ",
  " }}",
  "{{- ",
  " -}}",
  "{{/* ",
  " */}}",
  "{{ end }}",
  "{{ else }}",
  "{{ range ",
  "{{ if ",
  "{{ with ",
  '{{ define "t" }}',
  '{{ template "t" . }}',
  '{{ block "b" . }}',
  "{{ break }}",
  "{{ continue }}",
  "(",
  ")",
  " | ",
  "$x",
  "$x := ",
  "$x = ",
  ".",
  ".a",
  "..",
  '"s"',
  "`r`",
  "'c'",
  "1",
  "-1",
  "1.5",
  "0x1p4",
  "1i",
  "9223372036854775807",
  "nil",
  "true",
  "printf ",
  '"%v %d %+q %#x %*d %[2]s"',
  "index ",
  "slice ",
  "len ",
  "eq ",
  "lt ",
  "and ",
  "or ",
  "not ",
  "parseJSON ",
  '`{"a":[1,{"b":null}]}`',
  "parseYAML ",
  '"a: &x [1, *x]"',
  "toJSON ",
  "toYAML ",
  "toTOML ",
  "loop ",
  "loop 1000000000",
  "regexReplaceAll ",
  '"(a*)*b"',
  "sprig_repeat ",
  "sprig_until ",
  "sprig_list ",
  "sprig_dict ",
  "sprig_wrap ",
  "sprig_round ",
  "split ",
  "join ",
  "key ",
  "service ",
  "secret ",
  "nomadVar ",
  "tree ",
  "byKey ",
  "explode ",
  "scratch.Set ",
  "scratch.Get ",
  "sockaddr ",
  "spew_sdump ",
  "timestamp ",
  "sprig_toDate ",
  "add ",
  "divide ",
  "html ",
  "js ",
  "\n",
  " ",
  "é",
  "\u{1F600}",
  "\udc80",
  "\0",
  "#each ",
  "/each",
  "{{{",
  "}}}",
  "as |x|",
];

const host: Host = {
  nowMs: 1_700_000_000_000,
  random: new SeededRandom(7),
  environment: new Map([["A", "b"]]),
  addresses: [{ name: "lo", cidr: "127.0.0.1/8", flags: ["up", "loopback"] }],
  refusePath: () => "no files",
  refuseOwner: () => undefined,
  runPlugin: () => ({ problem: "no commands", stdout: "", stderr: "" }),
  cryptography: undefined,
};

const limits = {
  stepsMax: STEPS_MAX,
  outputMax: 100_000,
  depthMax: 100,
  sourceMax: 100_000,
  handlebarsSourceMax: 16_384,
};
const world = worldOf({ consul: { kv: { a: "1", "b/c": "2" } } }, host);

/** Whatever the source, parsing and rendering end with an outcome, and the same one twice. */
export function checkTemplate(source: string): Verdict {
  const template = parseTemplate(source, { limits });
  const handlebars = parseHandlebars(source, { limits });
  const disagreement = checkDisagrees(source, template.ok);
  if (disagreement !== undefined) return disagreement;
  if (!handlebars.ok && handlebars.failure.message === "") return "Handlebars refused without a reason";
  if (!template.ok) return template.failure.place === undefined ? "refused without a place" : undefined;
  const options = { host, limits };
  const first = outcome(renderWith(template.value, world, options));
  if (source.includes("shuffle") || source.includes("rand")) return undefined;
  return outcome(renderWith(template.value, world, options)) === first ? undefined : "two passes differ";
}

/** Checking must find a fault of syntax exactly where parsing refuses, and a place for each problem. */
function checkDisagrees(source: string, isParsed: boolean): Verdict {
  const problems = problemsOf(source, { file: "f", dialect: "go" });
  const hasSyntaxFault = problems.some(({ message }) => message.startsWith("f: parse: "));
  if (hasSyntaxFault === isParsed) return isParsed ? "check refuses what parses" : "check accepts what does not parse";
  const lines = source.split("\n");
  const isLost = problems.some(({ place, length }) => {
    const line = lines[place.line - 1];
    return line === undefined || place.column < 1 || place.column - 1 + length > Math.max(line.length, place.column);
  });
  return isLost ? "a problem lies outside of the source" : undefined;
}

function outcome(pass: ReturnType<typeof renderWith>): string {
  return pass.ok
    ? `ok ${pass.value.output ?? pass.value.missing.map(({ name }) => name).join()}`
    : pass.failure.message;
}

export function nextTemplate(random: Prng, corpus: readonly string[]): string {
  const piece = (): string => pieces[random.below(pieces.length)] as string;
  const source = corpus.length > 0 && random.below(2) === 0 ? (corpus[random.below(corpus.length)] as string) : "";
  if (source === "") return Array.from({ length: 1 + random.below(14) }, piece).join("");
  let text = source;
  for (let edits = 1 + random.below(4); edits > 0; edits--) {
    const at = random.below(text.length + 1);
    text = text.slice(0, at) + (random.below(3) > 0 ? piece() : "") + text.slice(at + random.below(4));
  }
  return text;
}
