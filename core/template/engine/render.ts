import { err, failure, ok, type Failure, type Result } from "#core/base";
import type { Dependency } from "../data/dependency.ts";
import { QueryCache } from "../data/query-cache.ts";
import { type Answer, type Snapshot, snapshotOf } from "../data/snapshot.ts";
import { functionNames, functionTable } from "../functions/table.ts";
import { failureOfFault, TemplateFault } from "../language/fault.ts";
import { defaultDelimiters, type Delimiters } from "../language/lexer.ts";
import { parseTree } from "../language/parser.ts";
import { Program } from "../language/program.ts";
import type { Host } from "./host.ts";
import { defaultLimits, type Limits } from "./limits.ts";
import { redact } from "./redact.ts";
import { type FileWrite, Session } from "./session.ts";

/** A template that was parsed: immutable, to be rendered any number of times. */
export interface Template {
  /** What its errors call it. */
  readonly file: string;
  readonly source: string;
  /** What its queries mean, parsed once. */
  readonly queries: QueryCache;
  /** Runs the body over a session; a TemplateFault ends it. */
  readonly run: (session: Session) => string;
}

export interface RenderOptions {
  readonly host: Host;
  readonly limits?: Limits;
  readonly failsOnMissingKey?: boolean;
  /** Names of functions that may not be called; `sprig_*` stands for all that begin so. */
  readonly denied?: readonly string[];
}

/** What one pass found out. There is an output only when nothing is missing. */
export interface Pass {
  readonly output: string | undefined;
  readonly missing: readonly Dependency[];
  /** Where in the source each of them is asked for first, in UTF-16 units. */
  readonly missingAt: ReadonlyMap<string, number>;
  readonly used: readonly Dependency[];
  readonly writes: readonly FileWrite[];
  /** What the template printed for its author to see. */
  readonly printed: string;
  readonly steps: number;
}

/** Parses a template of the Go dialect; the failure names the place. */
export function parseTemplate(
  source: string,
  options: { readonly file?: string; readonly delimiters?: Delimiters; readonly limits?: Limits } = {},
): Result<Template> {
  const { file = "(dynamic)", delimiters = defaultDelimiters, limits = defaultLimits } = options;
  if (source.length > limits.sourceMax)
    return err("too_large", `${file}: parse: the template is longer than ${limits.sourceMax} characters`);
  try {
    const program = new Program(parseTree(source, delimiters, functionNames), functionTable);
    return ok({ file, source, queries: new QueryCache(), run: (session) => program.run(session, undefined) });
  } catch (error) {
    if (error instanceof TemplateFault) return { ok: false, failure: failureOfFault(error, source, file) };
    throw error;
  }
}

/** Evaluates a template over what is known. Equal arguments give equal passes. */
export function render(template: Template, snapshot: Snapshot, options: RenderOptions): Result<Pass> {
  const session = new Session({
    snapshot,
    host: options.host,
    limits: options.limits ?? defaultLimits,
    failsOnMissingKey: options.failsOnMissingKey ?? false,
    denied: denier(options.denied ?? []),
    queries: template.queries,
  });
  try {
    const output = template.run(session);
    if (session.failed !== undefined)
      return {
        ok: false,
        failure: redact(failedDependency(session.failed).failure, secretsOf(session, snapshot), template.source),
      };
    const missing = [...session.missing.values()];
    const used = [...session.used.values()];
    const { missingAt, writes, printed, steps } = session;
    return ok({ output: missing.length === 0 ? output : undefined, missing, missingAt, used, writes, printed, steps });
  } catch (error) {
    return { ok: false, failure: redact(faultOf(error, template), secretsOf(session, snapshot), template.source) };
  }
}

function failedDependency({ dependency, message }: { readonly dependency: Dependency; readonly message: string }) {
  return err("unavailable", `${dependency.name}: ${message}`);
}

function faultOf(error: unknown, { source, file }: Template): Failure {
  if (error instanceof TemplateFault) return failureOfFault(error, source, file);
  if (!(error instanceof RangeError)) throw error;
  if (/call stack/i.test(error.message))
    return failure("invalid", `${file}: execute: template: the template is nested too deep`);
  if (/string length/i.test(error.message))
    return failure("invalid", `${file}: execute: template: the template makes a text that is too long`);
  throw error;
}

function secretsOf(session: Session, snapshot: Snapshot): readonly string[] {
  return [...session.used.values()].flatMap((dependency) => {
    const answer = snapshot.answerTo(dependency);
    return answer?.kind === "value" ? (answer.secrets ?? []) : [];
  });
}

function denier(names: readonly string[]): (name: string) => boolean {
  if (names.length === 0) return () => false;
  const exact = new Set(names);
  const prefixes = names.filter((name) => name.endsWith("*")).map((name) => name.slice(0, -1));
  return (name) => exact.has(name) || prefixes.some((prefix) => name.startsWith(prefix));
}

const PASSES_MAX = 100;

/** Renders over a source that answers at once, pass by pass until nothing new is asked for. */
export function renderWith(template: Template, source: Snapshot, options: RenderOptions): Result<Pass> {
  const known = new Map<string, Answer>();
  for (let passes = 0; passes < PASSES_MAX; passes++) {
    const pass = render(template, snapshotOf(known), options);
    if (!pass.ok) return pass;
    const before = known.size;
    for (const dependency of pass.value.used) {
      if (known.has(dependency.name)) continue;
      const answer = source.answerTo(dependency);
      if (answer?.kind === "error") return failedDependency({ dependency, message: answer.message });
      if (answer !== undefined) known.set(dependency.name, answer);
    }
    if (known.size === before) return pass;
  }
  return err(
    "invalid",
    `${template.file}: execute: the template asks for something new in each of ${PASSES_MAX} passes`,
  );
}
