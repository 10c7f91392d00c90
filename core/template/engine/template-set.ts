import { assert, type Failure } from "#core/base";
import type { Dependency } from "../data/dependency.ts";
import { type Answer, snapshotOf } from "../data/snapshot.ts";
import { type Pass, render, type RenderOptions, type Template } from "./render.ts";
import type { FileWrite } from "./session.ts";

export type Change =
  | { readonly mode: "restart" | "noop" }
  | { readonly mode: "signal"; readonly signal: string }
  | { readonly mode: "script"; readonly command: string; readonly args: readonly string[] };

/** One template of a task. */
export interface SetMember {
  readonly id: string;
  readonly template: Template;
  readonly options: RenderOptions;
  readonly change: Change;
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
  | { readonly kind: "restart"; readonly ids: readonly string[] }
  | { readonly kind: "signal"; readonly signal: string }
  | { readonly kind: "script"; readonly id: string; readonly command: string; readonly args: readonly string[] }
  | { readonly kind: "failed"; readonly id: string; readonly failure: Failure };

interface MemberState {
  readonly member: SetMember;
  used: ReadonlyMap<string, Dependency>;
  missing: readonly Dependency[];
  /** The output that was written last; undefined before the first. */
  output: string | undefined;
  isStale: boolean;
  /** When the first datum since the last output came, and the last. */
  firstChangeMs: number | undefined;
  lastChangeMs: number | undefined;
  hasFailed: boolean;
}

/**
 * The templates of a task over their dependencies: which to watch, what to render and when, what the task must be told.
 * It decides only; the owner hands in answers and the time, and carries out the effects.
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
      firstChangeMs: undefined,
      lastChangeMs: undefined,
      hasFailed: false,
    }));
  }

  get isReady(): boolean {
    return this.#isReady;
  }

  /** What is waited for, for the event that names it. */
  get missing(): readonly Dependency[] {
    return [...new Map(this.#states.flatMap(({ missing }) => missing).map((one) => [one.name, one])).values()];
  }

  /** An answer has come; equal ones must not be handed in. Call `advance` afterwards. */
  receive(dependency: Dependency, answer: Answer, nowMs: number): void {
    this.#answers.set(dependency.name, answer);
    for (const state of this.#states) {
      if (!state.used.has(dependency.name) || (state.member.isOnce && state.output !== undefined)) continue;
      state.isStale = true;
      state.firstChangeMs ??= nowMs;
      state.lastChangeMs = nowMs;
    }
  }

  /** When `advance` next has something to do by time alone. */
  nextWakeMs(): number | undefined {
    const times = this.#states.filter(({ isStale, hasFailed }) => isStale && !hasFailed).map(dueMs);
    const known = times.filter((time) => time !== undefined);
    return known.length === 0 ? undefined : Math.min(...known);
  }

  /** Renders what is due and says what follows from it. */
  advance(nowMs: number): SetEffect[] {
    const effects: SetEffect[] = [];
    const changed: SetMember[] = [];
    for (const state of this.#states) {
      if (!state.isStale || state.hasFailed || !this.#isDue(state, nowMs)) continue;
      if (this.#renderOne(state, effects)) changed.push(state.member);
    }
    this.#follow(effects);
    const isFirst = !this.#isReady && this.#states.every(({ output }) => output !== undefined);
    if (isFirst) {
      this.#isReady = true;
      effects.push({ kind: "ready" });
    } else if (this.#isReady) effects.push(...foldChanges(changed));
    return effects;
  }

  /** Quiescence begins only when every template has been rendered once. */
  #isDue(state: MemberState, nowMs: number): boolean {
    if (!this.#isReady) return true;
    const due = dueMs(state);
    return due === undefined || nowMs >= due;
  }

  /** Renders; true when there is a new output. */
  #renderOne(state: MemberState, effects: SetEffect[]): boolean {
    const { id, template, options } = state.member;
    const pass = render(template, snapshotOf(this.#answers), options);
    state.isStale = false;
    state.firstChangeMs = undefined;
    state.lastChangeMs = undefined;
    if (!pass.ok) {
      state.hasFailed = true;
      effects.push({ kind: "failed", id, failure: pass.failure });
      return false;
    }
    return this.#accept(state, pass.value, effects);
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

function dueMs({ member, firstChangeMs, lastChangeMs }: MemberState): number | undefined {
  if (member.wait === undefined || firstChangeMs === undefined || lastChangeMs === undefined) return undefined;
  return Math.min(lastChangeMs + member.wait.minMs, firstChangeMs + member.wait.maxMs);
}

/** Any restart wins and stands alone; else each signal once, and every script. */
export function foldChanges(changed: readonly SetMember[]): SetEffect[] {
  if (changed.some(({ change }) => change.mode === "restart"))
    return [{ kind: "restart", ids: changed.map(({ id }) => id) }];
  const signals = new Set(changed.flatMap(({ change }) => (change.mode === "signal" ? [change.signal] : [])));
  const scripts = changed.flatMap(({ id, change }): SetEffect[] =>
    change.mode === "script" ? [{ kind: "script", id, command: change.command, args: change.args }] : [],
  );
  return [...[...signals].map((signal): SetEffect => ({ kind: "signal", signal })), ...scripts];
}
