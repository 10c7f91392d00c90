/**
 * The syntax tree of a regular expression. Operates on code points; `set` holds sorted, disjoint, inclusive ranges.
 * The accepted language is RE2's (https://github.com/google/re2/wiki/Syntax) without \C.
 */
export type RegexNode =
  | { readonly kind: "empty" }
  | { readonly kind: "set"; readonly test: CharacterTest }
  | { readonly kind: "assert"; readonly at: Assertion }
  | { readonly kind: "sequence"; readonly items: readonly RegexNode[] }
  | { readonly kind: "either"; readonly items: readonly RegexNode[] }
  | { readonly kind: "group"; readonly index: number; readonly inner: RegexNode }
  | {
      readonly kind: "repeat";
      readonly inner: RegexNode;
      readonly min: number;
      readonly max: number;
      readonly greedy: boolean;
    };

export type Assertion = "textStart" | "textEnd" | "lineStart" | "lineEnd" | "wordEdge" | "notWordEdge";
export type CharacterTest = (code: number) => boolean;

/** Why a pattern is refused, in RE2's words. */
export class RegexFault extends Error {
  override readonly name = "RegexFault";
}

const REPEAT_MAX = 1000;
const NESTING_MAX = 200;

export interface ParsedRegex {
  readonly root: RegexNode;
  /** Names of the groups by their number; number 0 is the whole match. */
  readonly groupNames: readonly (string | undefined)[];
}

export function parseRegex(pattern: string): ParsedRegex {
  const parser = new RegexParser(pattern);
  const root = parser.whole();
  return { root, groupNames: parser.groupNames };
}

interface Flags {
  readonly ignoreCase: boolean;
  readonly multiLine: boolean;
  readonly dotAll: boolean;
  readonly ungreedy: boolean;
}

class RegexParser {
  readonly groupNames: (string | undefined)[] = [undefined];
  readonly #points: string[];
  #at = 0;
  #depth = 0;
  #flags: Flags = { ignoreCase: false, multiLine: false, dotAll: false, ungreedy: false };

  constructor(pattern: string) {
    this.#points = Array.from(pattern);
  }

  whole(): RegexNode {
    const node = this.either();
    if (this.#at < this.#points.length) throw new RegexFault(`unexpected ): \`${this.#points.join("")}\``);
    return node;
  }

  private get next(): string | undefined {
    return this.#points[this.#at];
  }

  private take(): string {
    const point = this.#points[this.#at];
    if (point === undefined) throw new RegexFault("trailing backslash at end of expression");
    this.#at += 1;
    return point;
  }

  private skip(text: string): boolean {
    const found = this.#points.slice(this.#at, this.#at + text.length).join("") === text;
    if (found) this.#at += text.length;
    return found;
  }

  private either(): RegexNode {
    const items = [this.sequence()];
    while (this.next === "|") {
      this.#at += 1;
      items.push(this.sequence());
    }
    return items.length === 1 ? (items[0] as RegexNode) : { kind: "either", items };
  }

  private sequence(): RegexNode {
    const items: RegexNode[] = [];
    while (this.next !== undefined && this.next !== "|" && this.next !== ")") {
      const atom = this.atom();
      if (atom !== undefined) items.push(...this.repeated(atom));
    }
    if (items.length === 0) return { kind: "empty" };
    return items.length === 1 ? (items[0] as RegexNode) : { kind: "sequence", items };
  }

  /** One or more nodes, the last of which takes the repetition that may follow. */
  private repeated(atoms: RegexNode[]): RegexNode[] {
    let node = atoms.at(-1);
    let count = 0;
    for (let range = this.repetition(); range !== undefined; range = this.repetition()) {
      count += 1;
      if (count > 1) throw new RegexFault("invalid nested repetition operator");
      const lazy = this.skip("?");
      if (node === undefined) throw new RegexFault("missing argument to repetition operator");
      node = { kind: "repeat", inner: node, ...range, greedy: lazy === this.#flags.ungreedy };
    }
    return node === undefined ? [] : [...atoms.slice(0, -1), node];
  }

  private repetition(): { min: number; max: number } | undefined {
    if (this.skip("*")) return { min: 0, max: Infinity };
    if (this.skip("+")) return { min: 1, max: Infinity };
    if (this.skip("?")) return { min: 0, max: 1 };
    if (this.next !== "{") return undefined;
    const match = /^\{(\d{1,4})(,(\d{1,4})?)?\}/.exec(this.#points.slice(this.#at, this.#at + 12).join(""));
    if (match === null) return undefined;
    const min = Number(match[1]);
    const max = match[2] === undefined ? min : match[3] === undefined ? Infinity : Number(match[3]);
    if (min > REPEAT_MAX || (max !== Infinity && (max > REPEAT_MAX || max < min)))
      throw new RegexFault(`invalid repeat count: \`${match[0]}\``);
    this.#at += match[0].length;
    return { min, max };
  }

  /** Several nodes for a quoted run, none for a change of flags. */
  private atom(): RegexNode[] | undefined {
    const point = this.take();
    switch (point) {
      case "(":
        return this.group();
      case "[":
        return [this.bracket()];
      case ".":
        return [setOf(this.#flags.dotAll ? () => true : (code) => code !== 10)];
      case "^":
        return [{ kind: "assert", at: this.#flags.multiLine ? "lineStart" : "textStart" }];
      case "$":
        return [{ kind: "assert", at: this.#flags.multiLine ? "lineEnd" : "textEnd" }];
      case "\\":
        return this.escape();
      case "*":
      case "+":
      case "?":
        throw new RegexFault(`missing argument to repetition operator: \`${point}\``);
      default:
        return [this.literal(point)];
    }
  }

  private literal(point: string): RegexNode {
    return setOf(literalTest(point.codePointAt(0) as number, this.#flags.ignoreCase));
  }

  private group(): RegexNode[] | undefined {
    this.#depth += 1;
    if (this.#depth > NESTING_MAX) throw new RegexFault("expression nests too deeply");
    const flags = this.#flags;
    const opened = this.groupHead();
    if (opened === "flags") {
      this.#depth -= 1;
      return undefined;
    }
    const inner = this.either();
    if (!this.skip(")")) throw new RegexFault(`missing closing ): \`${this.#points.join("")}\``);
    this.#flags = flags;
    this.#depth -= 1;
    return [opened === "plain" ? inner : { kind: "group", index: opened, inner }];
  }

  private groupHead(): number | "plain" | "flags" {
    if (this.next !== "?") return this.groupNames.push(undefined) - 1;
    this.#at += 1;
    const rest = this.#points.slice(this.#at, this.#at + 80).join("");
    const named = /^(?:P<|<)([A-Za-z0-9_]+)>/.exec(rest);
    if (named !== null) {
      const name = named[1] as string;
      if (this.groupNames.includes(name)) throw new RegexFault(`duplicate capture group name: \`${name}\``);
      this.#at += named[0].length;
      return this.groupNames.push(name) - 1;
    }
    const flags = /^([imsU]*)(?:-([imsU]+))?([:)])/.exec(rest);
    if (flags === null) throw new RegexFault(`invalid or unsupported Perl syntax: \`(?${rest.charAt(0)}\``);
    this.#at += flags[0].length;
    this.setFlags(flags[1] ?? "", true);
    this.setFlags(flags[2] ?? "", false);
    return flags[3] === ")" ? "flags" : "plain";
  }

  private setFlags(letters: string, on: boolean): void {
    const names = { i: "ignoreCase", m: "multiLine", s: "dotAll", U: "ungreedy" } as const;
    for (const letter of letters) this.#flags = { ...this.#flags, [names[letter as keyof typeof names]]: on };
  }

  private escape(): RegexNode[] {
    const letter = this.take();
    const assertions: Readonly<Record<string, Assertion>> = {
      A: "textStart",
      z: "textEnd",
      b: "wordEdge",
      B: "notWordEdge",
    };
    const assertion = assertions[letter];
    if (assertion !== undefined) return [{ kind: "assert", at: assertion }];
    if (letter === "Q") return this.quoted();
    const set = this.classEscape(letter);
    if (set !== undefined) return [setOf(this.folded(set))];
    return [setOf(literalTest(this.characterEscape(letter), this.#flags.ignoreCase))];
  }

  private quoted(): RegexNode[] {
    const nodes: RegexNode[] = [];
    while (this.next !== undefined && !this.skip("\\E")) nodes.push(this.literal(this.take()));
    return nodes;
  }

  private classEscape(letter: string): CharacterTest | undefined {
    const perl = perlClasses[letter.toLowerCase()];
    if (perl !== undefined) return letter === letter.toLowerCase() ? perl : (code) => !perl(code);
    if (letter !== "p" && letter !== "P") return undefined;
    let name = this.take();
    if (name === "{") {
      const end = this.#points.indexOf("}", this.#at);
      if (end === -1) throw new RegexFault("invalid character class range: `\\p{`");
      name = this.#points.slice(this.#at, end).join("");
      this.#at = end + 1;
    }
    const negated = (letter === "P") !== name.startsWith("^");
    const test = unicodeClass(name.replace(/^\^/, ""));
    return negated ? (code) => !test(code) : test;
  }

  private characterEscape(letter: string): number {
    const simple: Readonly<Record<string, number>> = { n: 10, r: 13, t: 9, f: 12, v: 11, a: 7 };
    const code = simple[letter];
    if (code !== undefined) return code;
    if (letter === "x") return this.hexEscape();
    if (/[0-7]/.test(letter)) return this.octalEscape(letter);
    if (/[A-Za-z0-9]/.test(letter)) throw new RegexFault(`invalid escape sequence: \`\\${letter}\``);
    return letter.codePointAt(0) as number;
  }

  private hexEscape(): number {
    const match = /^(?:\{([0-9A-Fa-f]{1,6})\}|([0-9A-Fa-f]{2}))/.exec(
      this.#points.slice(this.#at, this.#at + 10).join(""),
    );
    const code = match === null ? Infinity : Number.parseInt(match[1] ?? match[2] ?? "", 16);
    if (match === null || code > 0x10ffff) throw new RegexFault("invalid escape sequence: `\\x`");
    this.#at += match[0].length;
    return code;
  }

  private octalEscape(first: string): number {
    let digits = first;
    while (digits.length < 3 && /[0-7]/.test(this.next ?? "")) digits += this.take();
    if (first !== "0" && digits.length === 1) throw new RegexFault(`invalid escape sequence: \`\\${first}\``);
    return Number.parseInt(digits, 8);
  }

  /** What stands between `[` and `]`. */
  private bracket(): RegexNode {
    const open = this.#at - 1;
    const negated = this.skip("^");
    const tests: CharacterTest[] = [];
    const singles = new Set<number>();
    for (let first = true; first || this.next !== "]"; first = false) {
      if (this.next === undefined) throw new RegexFault(`missing closing ]: \`${this.#points.slice(open).join("")}\``);
      const test = this.bracketItem(singles);
      if (test !== undefined) tests.push(test);
    }
    this.#at += 1;
    const plain: CharacterTest = (code) => singles.has(code) || tests.some((test) => test(code));
    const folded = this.folded(plain);
    return setOf(negated ? (code) => !folded(code) : folded);
  }

  private bracketItem(singles: Set<number>): CharacterTest | undefined {
    const posix = /^\[:(\^?)([a-z]+):\]/.exec(this.#points.slice(this.#at, this.#at + 16).join(""));
    if (posix !== null) {
      const test = posixClasses[posix[2] as string];
      if (test === undefined) throw new RegexFault(`invalid character class range: \`${posix[0]}\``);
      this.#at += posix[0].length;
      return posix[1] === "^" ? (code) => !test(code) : test;
    }
    const low = this.bracketCharacter();
    if (typeof low === "function") return low;
    if (this.next !== "-" || this.#points[this.#at + 1] === "]" || this.#points[this.#at + 1] === undefined) {
      singles.add(low);
      return undefined;
    }
    this.#at += 1;
    const high = this.bracketCharacter();
    if (typeof high === "function" || high < low) throw new RegexFault("invalid character class range");
    return (code) => code >= low && code <= high;
  }

  private bracketCharacter(): number | CharacterTest {
    const point = this.take();
    if (point !== "\\") return point.codePointAt(0) as number;
    const letter = this.take();
    return this.classEscape(letter) ?? this.characterEscape(letter);
  }

  private folded(test: CharacterTest): CharacterTest {
    return this.#flags.ignoreCase ? (code) => foldings(code).some(test) : test;
  }
}

function setOf(test: CharacterTest): RegexNode {
  return { kind: "set", test };
}

function literalTest(wanted: number, ignoreCase: boolean): CharacterTest {
  if (!ignoreCase) return (code) => code === wanted;
  const accepted = new Set(foldings(wanted));
  return (code) => accepted.has(code) || foldings(code).some((folding) => accepted.has(folding));
}

/** A character and those that differ from it only by case. */
function foldings(code: number): number[] {
  const text = String.fromCodePoint(code);
  const [lower, upper] = [text.toLowerCase(), text.toUpperCase()];
  const found = [code];
  for (const form of [lower, upper, upper.toLowerCase()])
    if (Array.from(form).length === 1) found.push(form.codePointAt(0) as number);
  return found;
}

const between = (low: string, high: string): CharacterTest => {
  const [from, to] = [low.charCodeAt(0), high.charCodeAt(0)];
  return (code) => code >= from && code <= to;
};
const anyOf =
  (...tests: CharacterTest[]): CharacterTest =>
  (code) =>
    tests.some((test) => test(code));
const oneOf =
  (characters: string): CharacterTest =>
  (code) =>
    characters.includes(String.fromCodePoint(code));

const digit = between("0", "9");
const lower = between("a", "z");
const upper = between("A", "Z");
export const isWordCharacter: CharacterTest = anyOf(digit, lower, upper, oneOf("_"));

const perlClasses: Readonly<Record<string, CharacterTest>> = { d: digit, w: isWordCharacter, s: oneOf("\t\n\f\r ") };

const posixClasses: Readonly<Record<string, CharacterTest>> = {
  alnum: anyOf(digit, lower, upper),
  alpha: anyOf(lower, upper),
  ascii: (code) => code < 128,
  blank: oneOf("\t "),
  cntrl: (code) => code < 32 || code === 127,
  digit,
  graph: between("!", "~"),
  lower,
  print: between(" ", "~"),
  punct: anyOf(between("!", "/"), between(":", "@"), between("[", "`"), between("{", "~")),
  space: oneOf("\t\n\v\f\r "),
  upper,
  word: isWordCharacter,
  xdigit: anyOf(digit, between("a", "f"), between("A", "F")),
};

/** General categories and scripts, by the engine's own Unicode tables. */
function unicodeClass(name: string): CharacterTest {
  if (name === "Any") return () => true;
  const property = /^[A-Z][a-z]?$/.test(name) ? `gc=${name}` : `sc=${name}`;
  try {
    const pattern = new RegExp(`^\\p{${property}}$`, "u");
    return (code) => pattern.test(String.fromCodePoint(code));
  } catch {
    throw new RegexFault(`invalid character class range: \`\\p{${name}}\``);
  }
}
