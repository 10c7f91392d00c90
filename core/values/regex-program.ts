import { type Assertion, type CharacterTest, RegexFault, type RegexNode } from "./regex-syntax.ts";

/** One step of the machine. `next` and `other` are places in the program; of a fork `next` is preferred. */
export type Instruction =
  | { readonly kind: "set"; readonly test: CharacterTest; next: number }
  | { readonly kind: "assert"; readonly at: Assertion; next: number }
  | { readonly kind: "save"; readonly slot: number; next: number }
  | { readonly kind: "fork"; next: number; other: number }
  | { readonly kind: "match" };

const INSTRUCTIONS_MAX = 50_000;

/** Compiles to a program for a machine that follows all paths at once (Thompson; Cox, "Regular Expression Matching"). */
export function compileProgram(root: RegexNode): readonly Instruction[] {
  const compiler = new Compiler();
  compiler.emit({ kind: "save", slot: 0, next: 1 });
  compiler.node(root);
  compiler.emit({ kind: "save", slot: 1, next: compiler.program.length + 1 });
  compiler.emit({ kind: "match" });
  return compiler.program;
}

class Compiler {
  readonly program: Instruction[] = [];

  emit(instruction: Instruction): number {
    if (this.program.length >= INSTRUCTIONS_MAX) throw new RegexFault("expression too large");
    return this.program.push(instruction) - 1;
  }

  private get here(): number {
    return this.program.length;
  }

  /** Appends code that continues at the end of the program. */
  node(node: RegexNode): void {
    switch (node.kind) {
      case "empty":
        return;
      case "set":
        this.emit({ kind: "set", test: node.test, next: this.here + 1 });
        return;
      case "assert":
        this.emit({ kind: "assert", at: node.at, next: this.here + 1 });
        return;
      case "sequence":
        for (const item of node.items) this.node(item);
        return;
      case "either":
        this.either(node.items);
        return;
      case "group":
        this.emit({ kind: "save", slot: node.index * 2, next: this.here + 1 });
        this.node(node.inner);
        this.emit({ kind: "save", slot: node.index * 2 + 1, next: this.here + 1 });
        return;
      default:
        this.repeat(node);
    }
  }

  private either(items: readonly RegexNode[]): void {
    const ends: number[] = [];
    for (const [index, item] of items.entries()) {
      const isLast = index === items.length - 1;
      const fork = isLast ? undefined : this.emit({ kind: "fork", next: this.here + 1, other: 0 });
      this.node(item);
      if (!isLast) ends.push(this.emit({ kind: "fork", next: 0, other: -1 }));
      if (fork !== undefined) (this.program[fork] as { other: number }).other = this.here;
    }
    for (const end of ends) (this.program[end] as { next: number }).next = this.here;
  }

  private repeat(node: Extract<RegexNode, { kind: "repeat" }>): void {
    for (let count = 0; count < node.min; count++) this.node(node.inner);
    if (node.max === Infinity) {
      this.loop(node);
      return;
    }
    const skips: number[] = [];
    for (let count = node.min; count < node.max; count++) {
      skips.push(this.fork());
      this.node(node.inner);
    }
    for (const skip of skips) this.join(skip, node.greedy);
  }

  private loop(node: Extract<RegexNode, { kind: "repeat" }>): void {
    const start = this.fork();
    this.node(node.inner);
    this.emit({ kind: "fork", next: start, other: -1 });
    this.join(start, node.greedy);
  }

  private fork(): number {
    return this.emit({ kind: "fork", next: this.here + 1, other: this.here + 1 });
  }

  /** Lets a fork choose between what follows it and here. */
  private join(at: number, greedy: boolean): void {
    const fork = this.program[at] as { next: number; other: number };
    if (greedy) fork.other = this.here;
    else fork.next = this.here;
  }
}
