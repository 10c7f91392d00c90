import type { Random } from "#core/base";
import { CallFault } from "../language/fault.ts";
import type { Value } from "../values/value.ts";
import type { Dependency } from "../data/dependency.ts";
import { QueryCache } from "../data/query-cache.ts";
import type { Answer, Snapshot } from "../data/snapshot.ts";
import type { Host } from "./host.ts";
import type { Limits } from "./limits.ts";

/** Each is watched, so a template may not ask for more. */
const DEPENDENCIES_MAX = 10_000;

/** A file that `writeToFile` asks for; the service writes it when the pass has succeeded. */
export interface FileWrite {
  readonly path: string;
  readonly content: string;
  readonly user: string;
  readonly group: string;
  readonly mode: number;
  readonly createsFolders: boolean;
  readonly appends: boolean;
}

/** What one pass over one template knows, has asked for and has used up. */
export class Session {
  readonly snapshot: Snapshot;
  readonly host: Host;
  readonly limits: Limits;
  readonly queries: QueryCache;
  readonly used = new Map<string, Dependency>();
  readonly missing = new Map<string, Dependency>();
  /** Where in the source each missing dependency is asked for. */
  readonly missingAt = new Map<string, number>();
  /** Where the call stands that is running. */
  position = 0;
  readonly writes: FileWrite[] = [];
  readonly scratch = new Map<string, Value>();
  readonly failsOnMissingKey: boolean;
  readonly denied: (name: string) => boolean;
  /** Set by the running program: the text of a template that the source defines. */
  executeTemplate: (name: string, dot: Value) => string = () => "";
  /** What spew_dump and spew_printf print, in place of a standard output. */
  printed = "";
  readonly #outer: Session | undefined;
  #steps = 0;
  #failed: { readonly dependency: Dependency; readonly message: string } | undefined;

  constructor(init: {
    readonly snapshot: Snapshot;
    readonly host: Host;
    readonly limits: Limits;
    readonly failsOnMissingKey: boolean;
    readonly denied: (name: string) => boolean;
    readonly queries?: QueryCache;
    /** The session that this one is a part of, and whose steps it takes. */
    readonly outer?: Session;
  }) {
    this.snapshot = init.snapshot;
    this.host = init.host;
    this.limits = init.limits;
    this.failsOnMissingKey = init.failsOnMissingKey;
    this.denied = init.denied;
    this.#outer = init.outer;
    this.queries = init.queries ?? new QueryCache();
  }

  /** A session of its own for a small expression inside this one. */
  inner(): Session {
    const { snapshot, host, limits } = this;
    return new Session({ snapshot, host, limits, failsOnMissingKey: false, denied: () => false, outer: this });
  }

  get random(): Random {
    return this.host.random;
  }

  get failed(): { readonly dependency: Dependency; readonly message: string } | undefined {
    return this.#failed;
  }

  get steps(): number {
    return this.#steps;
  }

  /** Counts work; ends the pass when it has used up its share. */
  step(count = 1): void {
    if (!this.spend(count)) throw new CallFault(this.spentText);
  }

  /** Counts work; false when the pass has used up its share. */
  spend(count: number): boolean {
    this.#steps += count;
    return this.#steps <= this.limits.stepsMax && (this.#outer?.spend(count) ?? true);
  }

  get spentText(): string {
    return `the template took more than ${this.limits.stepsMax} steps`;
  }

  /** The known answer to a dependency. Without one the dependency is missing and the pass goes on. */
  ask(dependency: Dependency): Answer | undefined {
    this.step();
    this.used.set(dependency.name, dependency);
    if (this.used.size > DEPENDENCIES_MAX)
      throw new CallFault(`the template depends on more than ${DEPENDENCIES_MAX} values`);
    const answer = this.snapshot.answerTo(dependency);
    if (answer?.kind !== "error") {
      if (answer === undefined) this.wait(dependency);
      return answer;
    }
    this.#failed ??= { dependency, message: answer.message };
    this.wait(dependency);
    return undefined;
  }

  /** Marks a dependency whose answer is not good enough yet. */
  wait(dependency: Dependency): void {
    this.missing.set(dependency.name, dependency);
    if (!this.missingAt.has(dependency.name)) this.missingAt.set(dependency.name, this.position);
  }
}
