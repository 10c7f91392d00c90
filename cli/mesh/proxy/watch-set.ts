import type { Failure } from "#core/base";
import {
  type Answer,
  type CaRoots,
  parseRoots,
  type Question,
  rootsQuestion,
  type Watches,
} from "#integrations/consul";

/** Who hears whether Consul answers. */
export interface WatchSetObserver {
  degraded(reason: Failure): void;
  recovered(): void;
}

/** The questions of one proxy, by name, with one voice about whether Consul answers them. */
export class WatchSet implements Disposable {
  readonly #watches: Watches;
  readonly #observer: WatchSetObserver;
  readonly #changed: () => void;
  readonly #open = new Map<string, Disposable>();
  readonly #degraded = new Set<string>();
  #isTelling = false;
  #isDisposed = false;

  /** `changed`: something has come; what came in one turn is told as one. */
  constructor(watches: Watches, observer: WatchSetObserver, changed: () => void) {
    this.#watches = watches;
    this.#observer = observer;
    this.#changed = changed;
  }

  has(name: string): boolean {
    return this.#open.has(name);
  }

  /** `take` gets each answer's text, undefined for 404. Nobody is told when an optional one is not answered. */
  watch(
    name: string,
    question: Question,
    take: (text: string | undefined, answer: Answer) => void,
    { isOptional }: { readonly isOptional: boolean } = { isOptional: false },
  ): void {
    if (this.#open.has(name)) return;
    const watch = this.#watches.watch(question, {
      changed: (answer) => {
        if (this.#isDisposed) return;
        take(answer.text, answer);
        this.#tellSoon();
      },
      degraded: (reason) => {
        if (isOptional) return;
        this.#degraded.add(name);
        if (this.#degraded.size === 1) this.#observer.degraded(reason);
      },
      recovered: () => this.#recovered(name),
    });
    this.#open.set(name, watch);
  }

  /** None at all are no answer: those that are known stay. */
  watchRoots(take: (roots: CaRoots) => void): void {
    this.watch("roots", rootsQuestion, (text) => {
      const roots = parseRoots(text);
      if (roots) take(roots);
    });
  }

  /** Ends those that begin so and are not wanted any more; the names of these. */
  keepOnly(prefix: string, wanted: { has(name: string): boolean }): string[] {
    const gone = [...this.#open.keys()].filter((name) => name.startsWith(prefix) && !wanted.has(name));
    for (const name of gone) {
      this.#open.get(name)?.[Symbol.dispose]();
      this.#open.delete(name);
      this.#recovered(name);
    }
    return gone;
  }

  [Symbol.dispose](): void {
    this.#isDisposed = true;
    for (const watch of this.#open.values()) watch[Symbol.dispose]();
    this.#open.clear();
  }

  #recovered(name: string): void {
    if (this.#degraded.delete(name) && this.#degraded.size === 0 && !this.#isDisposed) this.#observer.recovered();
  }

  #tellSoon(): void {
    if (this.#isTelling) return;
    this.#isTelling = true;
    queueMicrotask(() => {
      this.#isTelling = false;
      if (!this.#isDisposed) this.#changed();
    });
  }
}
