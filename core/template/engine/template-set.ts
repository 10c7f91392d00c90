import { assert, type Failure, type Result } from "#core/base";
import type { Dependency } from "../data/dependency.ts";
import type { Answer } from "../data/snapshot.ts";
import { withoutSecrets } from "./redact.ts";
import type { Pass } from "./render.ts";
import type { FileWrite } from "./session.ts";

export type Change =
  | { readonly mode: "restart" | "noop" }
  | { readonly mode: "signal"; readonly signal: string }
  | ({ readonly mode: "script" } & ChangeScript);

export interface ChangeScript {
  readonly command: string;
  readonly args: readonly string[];
  readonly timeoutMs: number;
  /** A script that fails takes the task with it. */
  readonly failsTask: boolean;
  /** It runs after the first rendering too. */
  readonly isRunAtFirst: boolean;
}

/** One template of a task. */
export interface SetMember {
  readonly id: string;
  readonly change: Change;
  /** The task is told of a change after a random time of at most this, so that not all tasks restart at once. */
  readonly splayMs: number;
  /** Rendered once, then never again. */
  readonly isOnce: boolean;
  /** How long data must be quiet before it is rendered again, and how long that may be put off. */
  readonly wait: { readonly minMs: number; readonly maxMs: number } | undefined;
}

/** What the owner must do after a step. */
export type SetEffect =
  | { readonly kind: "watch"; readonly dependency: Dependency }
  | { readonly kind: "unwatch"; readonly dependency: Dependency }
  | { readonly kind: "write"; readonly id: string; readonly output: string; readonly files: readonly FileWrite[] }
  /** Every template has been rendered for the first time: the task may start. */
  | { readonly kind: "ready" }
  | { readonly kind: "restart"; readonly ids: readonly string[]; readonly splayMs: number }
  | { readonly kind: "signal"; readonly signal: string; readonly splayMs: number }
  | { readonly kind: "script"; readonly id: string; readonly script: ChangeScript; readonly splayMs: number }
  | { readonly kind: "failed"; readonly id: string; readonly failure: Failure };

interface MemberState {
  readonly member: SetMember;
  used: ReadonlyMap<string, Dependency>;
  missing: readonly Dependency[];
  /** The output that was written last; undefined before the first. */
  output: string | undefined;
  isStale: boolean;
  /** What came in while it was being rendered; undefined when it is not. */
  late: Map<string, number> | undefined;
  /** When the first datum since the last output came, and the last. */
  firstChangeMs: number | undefined;
  lastChangeMs: number | undefined;
  hasFailed: boolean;
}

/**
 * The templates of a task over their dependencies: which to watch, what to render and when, what the task must be told.
 * It decides only; the owner hands in answers and the time, renders what is `due`, hands the passes to `settle` and
 * carries out the effects.
 */
export class TemplateSet {
  readonly #states: readonly MemberState[];
  readonly #answers = new Map<string, Answer>();
  readonly #watched = new Map<string, Dependency>();
  #isReady = false;

  constructor(members: readonly SetMember[]) {
    assert(
      new Set(members.map(({ id }) => id)).size === members.length,
      "the templates of a set have ids of their own",
    );
    this.#states = members.map((member) => ({
      member,
      used: new Map(),
      missing: [],
      output: undefined,
      isStale: true,
      late: undefined,
      firstChangeMs: undefined,
      lastChangeMs: undefined,
      hasFailed: false,
    }));
  }

  get isReady(): boolean {
    return this.#isReady;
  }

  /** The answers that are known: over them the due templates are rendered. */
  get answers(): ReadonlyMap<string, Answer> {
    return this.#answers;
  }

  /** What is waited for, for the event that names it. */
  get missing(): readonly Dependency[] {
    return [...new Map(this.#states.flatMap(({ missing }) => missing).map((one) => [one.name, one])).values()];
  }

  /** An answer has come; equal ones must not be handed in. Ask what is due afterwards. */
  receive(dependency: Dependency, answer: Answer, nowMs: number): void {
    this.#answers.set(dependency.name, answer);
    for (const state of this.#states) {
      state.late?.set(dependency.name, nowMs);
      if (state.used.has(dependency.name)) makeStale(state, nowMs);
    }
  }

  /** When something is next due by time alone. */
  nextWakeMs(): number | undefined {
    const times = this.#states.filter(({ isStale, hasFailed }) => isStale && !hasFailed).map(dueMs);
    const known = times.filter((time) => time !== undefined);
    return known.length === 0 ? undefined : Math.min(...known);
  }

  /** The ids of the templates to render now. Each must be settled before it can be due again. */
  due(nowMs: number): string[] {
    const due = this.#states.filter(
      (state) => state.isStale && !state.hasFailed && state.late === undefined && this.#isDue(state, nowMs),
    );
    for (const state of due) {
      state.isStale = false;
      state.firstChangeMs = undefined;
      state.lastChangeMs = undefined;
      state.late = new Map();
    }
    return due.map(({ member }) => member.id);
  }

  /** What follows from the passes over the due templates. */
  settle(passes: ReadonlyMap<string, Result<Pass>>): SetEffect[] {
    const effects: SetEffect[] = [];
    const changed: SetMember[] = [];
    for (const state of this.#states) {
      const pass = passes.get(state.member.id);
      if (pass !== undefined && this.#settleOne(state, pass, effects)) changed.push(state.member);
    }
    this.#follow(effects);
    if (this.#isReady) return [...effects, ...foldChanges(changed)];
    if (this.#states.some(({ output }) => output === undefined)) return effects;
    this.#isReady = true;
    return [...effects, { kind: "ready" }, ...firstScripts(this.#states.map(({ member }) => member))];
  }

  /** Quiescence begins only when every template has been rendered once. */
  #isDue(state: MemberState, nowMs: number): boolean {
    if (!this.#isReady) return true;
    const due = dueMs(state);
    return due === undefined || nowMs >= due;
  }

  /** True when there is a new output. */
  #settleOne(state: MemberState, pass: Result<Pass>, effects: SetEffect[]): boolean {
    assert(state.late !== undefined, "only what was due is settled");
    const late = state.late;
    state.late = undefined;
    if (!pass.ok) {
      state.hasFailed = true;
      effects.push({ kind: "failed", id: state.member.id, failure: pass.failure });
      return false;
    }
    const isChanged = this.#accept(state, pass.value, effects);
    for (const [name, timeMs] of late) if (state.used.has(name)) makeStale(state, timeMs);
    return isChanged;
  }

  #accept(state: MemberState, pass: Pass, effects: SetEffect[]): boolean {
    state.used = new Map(pass.used.map((dependency) => [dependency.name, dependency]));
    state.missing = pass.missing;
    if (pass.output === undefined) return false;
    const isChanged = pass.output !== state.output;
    state.output = pass.output;
    if (isChanged) effects.push({ kind: "write", id: state.member.id, output: pass.output, files: pass.writes });
    return isChanged;
  }

  /** Watches what is used and stops watching what is not. */
  #follow(effects: SetEffect[]): void {
    const wanted = new Map<string, Dependency>();
    for (const { member, used, output } of this.#states) {
      if (member.isOnce && output !== undefined) continue;
      for (const [name, dependency] of used) wanted.set(name, dependency);
    }
    for (const [name, dependency] of wanted) {
      if (this.#watched.has(name)) continue;
      this.#watched.set(name, dependency);
      effects.push({ kind: "watch", dependency });
    }
    for (const [name, dependency] of this.#watched) {
      if (wanted.has(name)) continue;
      this.#watched.delete(name);
      this.#answers.delete(name);
      effects.push({ kind: "unwatch", dependency });
    }
  }
}

function makeStale(state: MemberState, timeMs: number): void {
  if (state.member.isOnce && state.output !== undefined) return;
  state.isStale = true;
  state.firstChangeMs ??= timeMs;
  state.lastChangeMs = timeMs;
}

function dueMs({ member, firstChangeMs, lastChangeMs }: MemberState): number | undefined {
  if (member.wait === undefined || firstChangeMs === undefined || lastChangeMs === undefined) return undefined;
  return Math.min(lastChangeMs + member.wait.minMs, firstChangeMs + member.wait.maxMs);
}

/** Any restart wins and stands alone; else each signal once, and every script. The longest splay counts for all. */
function foldChanges(changed: readonly SetMember[]): SetEffect[] {
  const told = changed.filter(({ change }) => change.mode !== "noop");
  const splayMs = Math.max(0, ...told.map((member) => member.splayMs));
  if (told.some(({ change }) => change.mode === "restart"))
    return [{ kind: "restart", ids: told.map(({ id }) => id), splayMs }];
  const signals = new Set(told.flatMap(({ change }) => (change.mode === "signal" ? [change.signal] : [])));
  const scripts = told.flatMap(({ id, change }): SetEffect[] =>
    change.mode === "script" ? [{ kind: "script", id, script: change, splayMs }] : [],
  );
  return [...[...signals].map((signal): SetEffect => ({ kind: "signal", signal, splayMs })), ...scripts];
}

function firstScripts(members: readonly SetMember[]): SetEffect[] {
  return members.flatMap(({ id, change }): SetEffect[] =>
    change.mode === "script" && change.isRunAtFirst ? [{ kind: "script", id, script: change, splayMs: 0 }] : [],
  );
}

const NAMED_MAX = 3;

/**
 * `kv.block(a), kv.block(b), kv.block(c), and 2 more`: for the event that tells what a task waits for. A name may be made
 * of secrets that other answers brought.
 */
export function missingText(missing: readonly Dependency[], answers: ReadonlyMap<string, Answer>): string {
  const secrets = [...answers.values()].flatMap((answer) => (answer.kind === "value" ? (answer.secrets ?? []) : []));
  const names = missing.slice(0, NAMED_MAX).map(({ name }) => withoutSecrets(name, secrets));
  const more = missing.length - names.length;
  return names.join(", ") + (more > 0 ? `, and ${more} more` : "");
}
