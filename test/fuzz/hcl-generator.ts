import type { Prng } from "#core/base";

const names = ["a", "b_c", "job", "group", "for", "naïve", "x-y", "count", "null_", "T1"];
const roots = ["a", "b_c", "naïve", "x-y", "T1"];
const strings = ["", "text", "with space", "é😀", "\\n\\t\\\\", '\\"', "$${x}", "%%{y}", "$", "100%", "\\u00e9"];
const numbers = ["0", "7", "12.50", "1e3", "25e-2", "9007199254740993", "007"];
const operators = ["+", "-", "*", "/", "%", "==", "!=", "<", "<=", ">", ">=", "&&", "||"];
const functions = ["upper", "length", "merge", "try", "jsonencode", "format", "no_such"];

/** Writes random files of the native syntax; everything it writes is valid. */
export class HclGenerator {
  readonly #random: Prng;

  constructor(random: Prng) {
    this.#random = random;
  }

  private pick<T>(items: readonly T[]): T {
    return items[this.#random.below(items.length)] as T;
  }

  private chance(percent: number): boolean {
    return this.#random.below(100) < percent;
  }

  private list<T>(most: number, make: () => T): T[] {
    return Array.from({ length: this.#random.below(most + 1) }, make);
  }

  file(): string {
    return this.body(0, 3).join("\n") + (this.chance(80) ? "\n" : "");
  }

  private body(indent: number, depth: number): string[] {
    const used = new Set<string>();
    return this.list(5, () => this.item(indent, depth, used)).flat();
  }

  private item(indent: number, depth: number, used: Set<string>): string[] {
    const pad = " ".repeat(this.chance(70) ? indent : this.#random.below(7));
    if (this.chance(12)) return [`${pad}${this.pick(["# note", "// note", "/* a */ # b", "/* two\n lines */"])}`];
    if (this.chance(8)) return [""];
    if (depth > 0 && this.chance(35)) return this.block(pad, indent, depth);
    const name = this.pick(names) + String(used.size);
    used.add(name);
    const gap = this.pick([" ", "", "  "]);
    const value = this.expression(3);
    // The marker of a heredoc stands alone on its line.
    const comment = this.chance(10) && !value.includes("<<") ? this.pick([" # c", " // c", " /* c */"]) : "";
    return [`${pad}${name}${gap}=${gap}${value}${comment}`];
  }

  private block(pad: string, indent: number, depth: number): string[] {
    const labels = this.list(2, () => (this.chance(70) ? `"${this.pick(["l", "two words", "é"])}"` : this.pick(names)));
    const head = [this.pick(roots), ...labels].join(" ");
    if (this.chance(20)) return [`${pad}${head} {}`];
    if (this.chance(20)) return [`${pad}${head} { only = ${this.flat(1)} }`];
    return [`${pad}${head} {`, ...this.body(indent + 2, depth - 1), `${pad}}`];
  }

  /** An expression on one line. */
  private flat(depth: number): string {
    const text = this.expression(depth);
    return text.includes("\n") ? this.pick(numbers) : text;
  }

  expression(depth: number): string {
    if (depth <= 0) return this.leaf();
    const kinds = [
      () => this.leaf(),
      () => this.leaf(),
      () => `[${this.list(3, () => this.flat(depth - 1)).join(this.pick([", ", ","]))}]`,
      () =>
        `[\n${this.list(3, () => this.flat(depth - 1))
          .map((item) => `  ${item},\n`)
          .join("")}]`,
      () => this.object(depth),
      () => `${this.operand(depth)} ${this.pick(operators)} ${this.operand(depth)}`,
      () => `${this.pick(["-", "!"])}${this.operand(depth)}`,
      () => `${this.operand(depth)} ? ${this.flat(depth - 1)} : ${this.flat(depth - 1)}`,
      () => `${this.pick(functions)}(${this.list(3, () => this.flat(depth - 1)).join(", ")})`,
      () => `(${this.flat(depth - 1)})`,
      () => `${this.pick(roots)}${this.traversal(depth)}`,
      () => `[for v in ${this.flat(depth - 1)} : v${this.chance(40) ? ` if ${this.flat(depth - 1)}` : ""}]`,
      () => `{ for k, v in ${this.flat(depth - 1)} : k => v${this.chance(30) ? "..." : ""} }`,
      () => this.template(depth),
      () => this.heredoc(depth),
    ];
    return this.pick(kinds)();
  }

  private operand(depth: number): string {
    const text = this.flat(depth - 1);
    return /^[\w."]+$/.test(text) ? text : `(${text})`;
  }

  private leaf(): string {
    const kind = this.#random.below(5);
    if (kind === 0) return this.pick(numbers);
    if (kind === 1) return this.pick(["true", "false", "null"]);
    if (kind === 2) return this.pick(["var.x", "local.y", "node.class", `env["H"]`]);
    return `"${this.pick(strings)}"`;
  }

  private traversal(depth: number): string {
    const steps = this.list(3, () => this.pick([".name", "[0]", `["k"]`, "[*]", ".0", `[${this.flat(depth - 1)}]`]));
    // A splat of attributes alone does not contain another one.
    return (this.chance(20) ? ".*" : "") + steps.join("");
  }

  private object(depth: number): string {
    const pair = (): string =>
      `${this.pick(["k", `"q r"`, "(1 + 1)", "n-m"])} ${this.pick(["=", ":"])} ${this.flat(depth - 1)}`;
    if (this.chance(50)) return `{ ${this.list(3, pair).join(", ")} }`;
    return `{\n${this.list(3, pair)
      .map((text) => `    ${text}\n`)
      .join("")}}`;
  }

  private template(depth: number): string {
    const parts = this.list(3, () =>
      this.pick([
        this.pick(strings),
        `\${${this.flat(depth - 1)}}`,
        `%{ if ${this.flat(depth - 1)} }y%{ else }n%{ endif }`,
      ]),
    );
    return `"${parts.join(" ")}"`;
  }

  private heredoc(depth: number): string {
    const lines = this.list(
      3,
      () => `  ${this.pick(["plain", "", "${" + this.flat(depth - 1) + "}", "a $${b} \\n"])}\n`,
    );
    return `<<${this.pick(["", "-"])}EOT\n${lines.join("")}${this.pick(["", "  "])}EOT`;
  }
}
