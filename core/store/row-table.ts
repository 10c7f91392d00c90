import sortedBtree from "sorted-btree";

type Tree<T> = InstanceType<typeof sortedBtree.default<string, T>>;
type TreeClass = typeof sortedBtree.default;

/** The package is CommonJS: its default import is the class under some loaders, and holds the class under Node. */
const BTree = (typeof sortedBtree === "function" ? sortedBtree : sortedBtree.default) as TreeClass;
const SEPARATOR = "\u0000";

/** The key of a row: a namespace and an id of any characters but NUL. */
export function rowKey(namespace: string, ...parts: readonly string[]): string {
  return [namespace, ...parts].join(SEPARATOR);
}

/** Immutable rows in key order; `clone` is O(1) and shares structure. */
export class RowTable<T> {
  readonly #rows: Tree<T>;

  constructor(rows: Tree<T> = new BTree<string, T>(undefined, compareKeys)) {
    this.#rows = rows;
  }

  get size(): number {
    return this.#rows.size;
  }

  get(key: string): T | undefined {
    return this.#rows.get(key);
  }

  set(key: string, row: T): void {
    this.#rows.set(key, row);
  }

  delete(key: string): boolean {
    return this.#rows.delete(key);
  }

  /** Rows in key order, all or those whose keys begin with `prefix`. */
  *values(prefix = ""): Generator<T> {
    for (const [key, row] of this.#rows.entries(prefix)) {
      if (!key.startsWith(prefix)) return;
      yield row;
    }
  }

  clone(): RowTable<T> {
    return new RowTable(this.#rows.clone());
  }
}

function compareKeys(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0;
}
