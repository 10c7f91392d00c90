import { existsSync, readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { describe, expect, test } from "vitest";
import { Prng } from "#core/base";
import { hasErrors, parseHcl } from "#core/hcl";
import { folder, isPresent } from "./cases.ts";
import { HclGenerator } from "#test/fuzz";

interface Node {
  readonly hasError: boolean;
}
interface Parser {
  setLanguage(language: unknown): void;
  parse(text: string): { readonly rootNode: Node; delete(): void } | null;
}
interface TreeSitter {
  readonly Parser: { new (): Parser; init(): Promise<void> };
  readonly Language: { load(path: string): Promise<unknown> };
}

/** Golden files that only one of the two refuses, and why. */
const readDifferently: Readonly<Record<string, string>> = {
  "err-duplicate-attribute.hcl": "a repeated argument is no matter of grammar",
  "err-syntax-two-attrs-one-line.hcl": "that grammar lets a block on one line hold several arguments",
  "fn-json.hcl": "exponents",
  "hcl-numbers-as-strings.hcl": "exponents",
  "hcl-numbers.hcl": "exponents",
  "hcl-template-types.hcl": "exponents",
  "task-env-block-types.hcl": "exponents",
};

/** A file of the generator; that grammar knows no exponents, and wants a line end after the last heredoc. */
function generated(random: Prng): string {
  const text = new HclGenerator(random).file();
  return `${text.replace(/\b1e3\b/g, "1000").replace(/\b25e-2\b/g, "0.25")}\n`;
}

const tokens = [
  "}",
  "{",
  "]",
  "[",
  "(",
  ")",
  '"',
  "=",
  ",",
  "=>",
  ":",
  "?",
  "*",
  "&&",
  "1",
  "x",
  "...",
  "/*",
  "${",
  "~}",
];

/** One character less, or one token more; line ends and blanks stay, because that grammar does not look at them. */
function broken(text: string, random: Prng): string {
  const at = random.below(text.length);
  if (random.below(2) === 0 && !/\s/.test(text.charAt(at))) return text.slice(0, at) + text.slice(at + 1);
  return text.slice(0, at) + (tokens[random.below(tokens.length)] as string) + text.slice(at);
}

/** What only one of the two refuses in broken files, by our first diagnostic, and why. */
const oneRefuses: Readonly<Record<string, string>> = {
  "Argument or block definition required": "line ends do not end anything there",
  "Invalid block or argument": "line ends do not end anything there",
  "Missing newline after argument": "line ends do not end anything there",
  "Missing newline after block definition": "line ends do not end anything there",
  "Invalid single-argument block definition": "line ends do not end anything there",
  "Missing attribute separator": "commas may be missing there",
  "Invalid 'for' expression": "words need no blank between them there",
  "Invalid expression": "there, something may follow the marker of a heredoc, and an interpolation may be empty",
  "Unclosed template interpolation": "there, a label may hold the beginning of a template",
  accepted: "that grammar takes a name with && behind ? for the name of a function",
};

const require = createRequire(join(import.meta.dirname, "../../tools/package.json"));

async function treeSitter(): Promise<Parser> {
  const { Parser, Language } = (await import(pathToFileURL(require.resolve("web-tree-sitter")).href)) as TreeSitter;
  await Parser.init();
  const parser = new Parser();
  parser.setLanguage(
    await Language.load(require.resolve("@tree-sitter-grammars/tree-sitter-hcl/tree-sitter-hcl.wasm")),
  );
  return parser;
}

const isInstalled =
  Boolean(process.env["CI"]) || existsSync(join(import.meta.dirname, "../../tools/node_modules/web-tree-sitter"));
if (!isInstalled) process.stderr.write("skipped: npm run check installs tree-sitter's grammar\n");

describe.skipIf(!isInstalled)("against tree-sitter's grammar of HCL", () => {
  test("what the generator writes is accepted by both", async () => {
    const parser = await treeSitter();
    const random = new Prng(11);
    const [ours, theirs]: [string[], string[]] = [[], []];
    for (let run = 0; run < 2000; run++) {
      const text = generated(random);
      if (hasErrors(parseHcl(text, "x.hcl").diagnostics)) ours.push(text);
      const tree = parser.parse(text);
      if (tree?.rootNode.hasError !== false) theirs.push(text);
      tree?.delete();
    }
    console.log(`generated files refused: ours ${ours.length}, tree-sitter ${theirs.length} of 2000`);
    expect(ours.slice(0, 3)).toEqual([]);
    expect(theirs.slice(0, 3)).toEqual([]);
  });

  test("of files with one character too few or one token too many, both refuse the same, but for the listed", async () => {
    const parser = await treeSitter();
    const random = new Prng(12);
    const counts = { bothAccept: 0, bothRefuse: 0, listed: 0 };
    const others: string[] = [];
    for (let run = 0; run < 4000; run++) {
      const text = broken(generated(random), random);
      const ours = parseHcl(text, "x.hcl").diagnostics;
      const tree = parser.parse(text);
      const theirs = tree?.rootNode.hasError !== false;
      tree?.delete();
      const summary = hasErrors(ours) ? (ours[0]?.summary ?? "") : "accepted";
      if (hasErrors(ours) === theirs) counts[theirs ? "bothRefuse" : "bothAccept"] += 1;
      else if (summary in oneRefuses) counts.listed += 1;
      else others.push(`${summary}: ${JSON.stringify(text)}`);
    }
    console.log("broken files:", JSON.stringify(counts), others.length);
    expect(others.slice(0, 5)).toEqual([]);
    expect(counts.bothRefuse).toBeGreaterThan(2000);
    expect(counts.listed).toBeLessThan(40);
  });

  test.skipIf(!isPresent)("what it refuses of the golden files we refuse, and the reverse", async () => {
    const parser = await treeSitter();
    const names = readdirSync(folder).filter((name) => name.endsWith(".hcl"));
    const different = names.filter((name) => {
      const text = readFileSync(join(folder, name), "utf8");
      if (text.trimStart().startsWith("{")) return false;
      const tree = parser.parse(text);
      const theirs = tree?.rootNode.hasError !== false;
      tree?.delete();
      return theirs !== hasErrors(parseHcl(text, name).diagnostics);
    });
    console.log(`golden files read differently: ${different.length} of ${names.length}`);
    expect(different).toEqual(Object.keys(readDifferently));
  });
});
