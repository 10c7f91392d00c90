import type { Dependency } from "./dependency.ts";

const QUERIES_MAX = 1000;

/** The queries of one template, parsed once each: its passes ask for the same ones again and again. */
export class QueryCache {
  readonly #forms = new Map<string, Map<string, Dependency>>();
  #size = 0;

  /** The dependency that a query of a form means; `parse` runs at the first time, and for what no longer fits. */
  get<D extends Dependency>(form: string, query: string, parse: (query: string) => D): D {
    const known = this.#forms.get(form)?.get(query);
    // A form stands for one parser, so what is kept under it is of that parser's kind.
    if (known !== undefined) return known as D;
    const made = parse(query);
    if (this.#size < QUERIES_MAX) this.#keep(form, query, made);
    return made;
  }

  #keep(form: string, query: string, made: Dependency): void {
    let queries = this.#forms.get(form);
    if (queries === undefined) this.#forms.set(form, (queries = new Map<string, Dependency>()));
    queries.set(query, made);
    this.#size += 1;
  }
}
