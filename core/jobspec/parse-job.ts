import {
  type Block,
  type BodyContent,
  type BodySchema,
  Budget,
  BudgetFault,
  contentOf,
  type Diagnostic,
  Diagnostics,
  disabledFileFunctions,
  Evaluator,
  emptyScope,
  type FileAccess,
  type FunctionTable,
  fileFunctions,
  hasErrors,
  objectValue,
  parseExpressionText,
  parseHcl,
  pureFunctions,
  type RandomBytes,
  randomFunctions,
  Scope,
  type Source,
  type Span,
  type Value,
} from "#core/hcl";
import type { JobDraft } from "#core/model";
import { decodeBlock, scoped } from "./decode.ts";
import { resolveLocals } from "./locals.ts";
import { job as jobSpec } from "./schema-job.ts";
import {
  declareVariables,
  type DiagnosticPlace,
  type GivenValue,
  reportUndeclared,
  resolveVariables,
  type TextValues,
  validateVariables,
} from "./variables.ts";

export interface ParseOptions {
  /** The name that diagnostics give to the file. */
  readonly file?: string;
  /** `-var` arguments, each `name=value`, in order. */
  readonly variables?: readonly string[];
  /** The environment; NOMAD_VAR_ and DROVER_VAR_ names count. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** `-var-file` files, in order; also the `Variables` text of the parse API. */
  readonly varFiles?: readonly { readonly file: string; readonly text: string }[];
  /** Given by the command line only: without it, file functions do not exist. */
  readonly files?: FileAccess;
  /** Without it `uuidv4` and `bcrypt` do not exist. */
  readonly random?: RandomBytes;
  /** Values for variables that the file does not declare are mistakes. Default true. */
  readonly strict?: boolean;
}

export interface ParsedJob {
  /** The job as its author wrote it; absent when there is an error. */
  readonly job?: JobDraft;
  /** All problems, by place. */
  readonly diagnostics: readonly Diagnostic[];
}

const rootSchema: BodySchema = {
  attributes: new Set(),
  blocks: new Map([
    ["variable", ["name"]],
    ["variables", []],
    ["locals", []],
    ["job", ["name"]],
  ]),
};

/**
 * Reads a job file in the native or JSON syntax. Never throws on any text; time and memory are bounded by the limits of
 * core/hcl.
 */
export function parseJobFile(text: string, options: ParseOptions = {}): ParsedJob {
  const file = options.file ?? "input.hcl";
  const { body, source, diagnostics } = parseHcl(text, file);
  const reading = new JobFileReading(source, options);
  let job: JobDraft | undefined;
  try {
    job = reading.job(contentOf(body, rootSchema, reading.constants));
  } catch (error) {
    reading.reportLimit(error);
  }
  if (hasErrors(diagnostics)) return { diagnostics: withIndependent(diagnostics, reading.diagnostics) };
  const all = reading.diagnostics;
  return hasErrors(all) || job === undefined ? { diagnostics: all } : { job, diagnostics: all };
}

/** Mistakes that are there whatever else could not be read. */
const independent =
  /^(Unsupported argument|Unsupported block type|Unsuitable value type|Extraneous label .*|Duplicate .*)$/;

/** After mistakes of syntax, what is wrong with the rest: but not what may only be missing because it was not read. */
function withIndependent(syntax: readonly Diagnostic[], meaning: readonly Diagnostic[]): Diagnostic[] {
  const all = [...syntax, ...meaning.filter((item) => independent.test(item.summary) && item.range !== undefined)];
  return all.sort((a, b) => (a.range?.start.offset ?? -1) - (b.range?.start.offset ?? -1));
}

class JobFileReading {
  readonly #source: Source;
  readonly #options: ParseOptions;
  readonly #functions: FunctionTable;
  readonly #budget: Budget;
  readonly #own: Diagnostics;
  /** Problems of variable files and of values from outside. */
  readonly #foreign: Diagnostic[] = [];
  #hasUnreadValues = false;
  /** Knows no names. */
  readonly constants: Evaluator;

  constructor(source: Source, options: ParseOptions) {
    this.#source = source;
    this.#options = options;
    this.#own = new Diagnostics(source);
    this.#budget = new Budget(source.text.length);
    this.#functions = functionsFor(options);
    this.constants = this.evaluator(source, this.#own, false);
  }

  get diagnostics(): Diagnostic[] {
    return [...this.#foreign, ...this.#own.sorted()];
  }

  private evaluator(source: Source, diagnostics: Diagnostics, keepsUnknownReferences: boolean): Evaluator {
    const budget = this.#budget;
    return new Evaluator(source, { functions: this.#functions, budget, diagnostics, keepsUnknownReferences });
  }

  report(summary: string, detail: string, extra: Pick<Diagnostic, "range" | "line" | "compatible"> = {}): void {
    this.#foreign.push({ severity: "error", summary, detail, ...extra });
  }

  /** What evaluation may cost has been used up: its steps, its text, or (by values within values) its stack. */
  reportLimit(error: unknown): void {
    const { place } = this.#budget;
    const where = place && placeIn(place.source, place.span);
    if (error instanceof BudgetFault) this.report("File too costly", error.message, where);
    else if (error instanceof RangeError)
      this.report("Nesting too deep", "Values are nested too deeply within each other.", where);
    else throw error;
  }

  job(root: BodyContent): JobDraft | undefined {
    const declared = declareVariables(root, this.constants);
    const given = this.givenValues();
    const texts: TextValues = {
      compute: (text, name, origin) => this.compute(text, `value of ${name} from ${origin}`),
      report: (summary, detail, extra) => this.report(summary, detail, extra),
      hasUnread: this.#hasUnreadValues,
      declarationOf: (block) => placeIn(this.#source, block.labels[0] ?? block),
    };
    if (this.#options.strict !== false) reportUndeclared(declared, given, texts);
    const values = resolveVariables(declared, given, texts);
    validateVariables(declared, values, this.constants);
    const block = this.onlyJob(root.blocks);
    return block && this.decode(root, block, values);
  }

  private decode(root: BodyContent, block: Block, values: ReadonlyMap<string, Value>): JobDraft {
    const variables = new Scope(new Map([["var", objectValue(values)]]));
    const evaluator = this.evaluator(this.#source, this.#own, true);
    const locals = resolveLocals(root, evaluator, variables);
    const scope = variables.with(new Map([["local", objectValue(locals)]]));
    const draft = decodeBlock(jobSpec, scoped(block, scope), evaluator) as unknown as JobDraft;
    const label = block.labels[0]?.value ?? "";
    return { ...draft, id: draft.id ?? label, name: draft.name ?? label };
  }

  private onlyJob(blocks: readonly Block[]): Block | undefined {
    const [first, second] = blocks.filter((block) => block.type === "job");
    if (first === undefined && !this.#own.hasErrors)
      this.report("Missing job block", `The file holds no job: job "name" { … }.`, {
        compatible: { text: "Missing job block; A job block is required" },
      });
    if (second === undefined) return first;
    this.#own.add(second.typeSpan, "Duplicate job block", "A file holds one job.");
    return undefined;
  }

  /** In rising precedence: environment, files, arguments. */
  private givenValues(): ReadonlyMap<string, GivenValue> {
    const given = new Map<string, GivenValue>();
    for (const prefix of ["NOMAD_VAR_", "DROVER_VAR_"])
      for (const [name, value] of Object.entries(this.#options.env ?? {}))
        if (name.startsWith(prefix) && value !== undefined)
          given.set(name.slice(prefix.length), { origin: "env", value });
    for (const { file, text } of this.#options.varFiles ?? []) this.readVariableFile(file, text, given);
    for (const argument of this.#options.variables ?? []) {
      const at = argument.indexOf("=");
      if (at === -1) this.report("Invalid -var argument", `"${argument}" is not of the form name=value.`);
      else given.set(argument.slice(0, at).trim(), { origin: "arg", value: argument.slice(at + 1) });
    }
    return given;
  }

  private readVariableFile(file: string, text: string, given: Map<string, GivenValue>): void {
    const { body, source, diagnostics } = parseHcl(text, file);
    this.#foreign.push(...diagnostics);
    if (hasErrors(diagnostics)) {
      this.#hasUnreadValues = true;
      return;
    }
    const own = new Diagnostics(source);
    const evaluator = this.evaluator(source, own, false);
    const names =
      body.kind === "native"
        ? body.attributes.map((item) => item.name)
        : body.objects.flatMap((object) => object.members.map((member) => member.name));
    for (const block of body.kind === "native" ? body.blocks : []) refuseBlock(block, own);
    const context = { source, diagnostics: new Diagnostics(source) };
    const { attributes } = contentOf(body, { attributes: new Set(names), blocks: new Map(), lenient: true }, context);
    for (const attribute of attributes.values()) {
      const value = evaluator.evaluate(attribute.expression, emptyScope);
      given.set(attribute.name, {
        origin: "file",
        value,
        place: placeIn(source, attribute.nameSpan),
        valuePlace: placeIn(source, attribute.expression),
      });
    }
    this.#foreign.push(...own.sorted());
  }

  private compute(text: string, name: string): Value | undefined {
    const { expression, source, diagnostics } = parseExpressionText(text, name);
    this.#foreign.push(...diagnostics);
    if (expression === undefined || diagnostics.length > 0) return undefined;
    const own = new Diagnostics(source);
    const value = this.evaluator(source, own, false).evaluate(expression, emptyScope);
    this.#foreign.push(...own.list);
    return own.hasErrors ? undefined : value;
  }
}

function refuseBlock(block: Block, diagnostics: Diagnostics): void {
  const detail =
    block.type === "variable"
      ? `A variable file sets variables, it does not declare them: write ${block.labels[0]?.value ?? "name"} = value.`
      : `A variable file holds only name = value; "${block.type}" is a block.`;
  diagnostics.add(block.typeSpan, "Unexpected block in a variable file", detail);
}

function placeIn(source: Source, span: Span): DiagnosticPlace {
  const range = source.range(span);
  return { range, line: source.line(range.start.line) };
}

function functionsFor({ files, random }: ParseOptions): FunctionTable {
  return new Map([
    ...pureFunctions,
    ...(files === undefined ? disabledFileFunctions : fileFunctions(files)),
    ...(random === undefined ? [] : randomFunctions(random)),
  ]);
}
