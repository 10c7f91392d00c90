import { err, ok, type Result } from "#core/base";
import { compileProgram, type Instruction } from "./regex-program.ts";
import { type Assertion, isWordCharacter, parseRegex, RegexFault } from "./regex-syntax.ts";

/** Offsets of a match and its groups in UTF-16 units: start and end by turns, -1 for a group that took no part. */
export type RegexMatch = readonly number[];

const PATTERN_MAX = 10_000;

/** Compiles a pattern of RE2's syntax. The failure's message says what is wrong with it. */
export function compileRegex(pattern: string): Result<Regex> {
  if (pattern.length > PATTERN_MAX) return err("invalid", `a pattern has at most ${PATTERN_MAX} characters`);
  try {
    const { root, groupNames } = parseRegex(pattern);
    return ok(new Regex(pattern, compileProgram(root), groupNames));
  } catch (error) {
    if (error instanceof RegexFault) return err("invalid", `error parsing regexp: ${error.message}`);
    throw error;
  }
}

/** The text as a pattern that matches it and nothing else. */
export function escapeRegex(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}

/** A compiled pattern. Matching takes time proportional to text × program, whatever the pattern; leftmost-first. */
export class Regex {
  readonly pattern: string;
  readonly groupNames: readonly (string | undefined)[];
  readonly #program: readonly Instruction[];

  constructor(pattern: string, program: readonly Instruction[], groupNames: readonly (string | undefined)[]) {
    this.pattern = pattern;
    this.groupNames = groupNames;
    this.#program = program;
  }

  /** The length of the compiled program: what a character of text may cost. */
  get size(): number {
    return this.#program.length;
  }

  /** Whether the pattern matches anywhere in the text. */
  test(text: string): boolean {
    return this.find(text) !== undefined;
  }

  /** The leftmost match at or after an offset. */
  find(text: string, from: number = 0): RegexMatch | undefined {
    return new Machine(this.#program, text).run(from);
  }

  /**
   * All matches from left to right, without overlaps; an empty match right after another one does not count. Each match
   * takes linear time, but there may be as many as characters: `onWork` hears of the work of each and may throw.
   */
  findAll(text: string, limit: number = Infinity, onWork?: (work: number) => void): RegexMatch[] {
    const found: RegexMatch[] = [];
    const machine = new Machine(this.#program, text);
    let previousEnd = -1;
    for (let from = 0; from <= text.length && found.length < limit; ) {
      const match = machine.run(from);
      onWork?.(machine.takeWork());
      if (match === undefined) break;
      const [start, end] = match as [number, number];
      if (end > start || start !== previousEnd) found.push(match);
      previousEnd = end;
      from = end > start ? end : end + widthAt(text, end);
    }
    return found;
  }

  /** Replaces all matches; `$1`, `${1}`, `$name` and `${name}` stand for groups, `$$` for a dollar. */
  replaceAll(text: string, replacement: string, onWork?: (work: number) => void): string {
    return this.replaceAllWith(text, (match) => this.expand(replacement, text, match), onWork);
  }

  replaceAllWith(text: string, replace: (match: RegexMatch) => string, onWork?: (work: number) => void): string {
    let result = "";
    let at = 0;
    for (const match of this.findAll(text, Infinity, onWork)) {
      const [start, end] = match as [number, number];
      result += text.slice(at, start) + replace(match);
      at = end;
    }
    return result + text.slice(at);
  }

  /** The text of a group, empty when it took no part. */
  group(text: string, match: RegexMatch, index: number): string {
    const start = match[index * 2] ?? -1;
    return start < 0 ? "" : text.slice(start, match[index * 2 + 1]);
  }

  private expand(template: string, text: string, match: RegexMatch): string {
    return template.replace(
      /\$(?:\$|\{([A-Za-z0-9_]+)\}|([A-Za-z0-9_]+))/g,
      (whole, braced?: string, bare?: string) => {
        const name = braced ?? bare;
        if (name === undefined) return whole === "$$" ? "$" : whole;
        const index = /^\d+$/.test(name) ? Number(name) : this.groupNames.indexOf(name);
        return index < 0 ? "" : this.group(text, match, index);
      },
    );
  }
}

function widthAt(text: string, at: number): number {
  const code = text.codePointAt(at);
  return code !== undefined && code > 0xffff ? 2 : 1;
}

/** Places of the program at which some path stands, best path first; each at most once. */
class Threads {
  readonly places: Int32Array;
  readonly captures: number[][] = [];
  size = 0;
  readonly #seen: Int32Array;
  #round = 0;

  constructor(length: number) {
    this.places = new Int32Array(length);
    this.#seen = new Int32Array(length);
  }

  clear(): void {
    this.size = 0;
    this.#round += 1;
  }

  visit(place: number): boolean {
    if (this.#seen[place] === this.#round) return false;
    this.#seen[place] = this.#round;
    return true;
  }

  push(place: number, captures: number[]): void {
    this.places[this.size] = place;
    this.captures[this.size] = captures;
    this.size += 1;
  }
}

/** Runs a program over a text, all paths in step (Pike). */
class Machine {
  readonly #program: readonly Instruction[];
  readonly #text: string;
  #current: Threads;
  #next: Threads;
  /** Paths that were advanced over a character. */
  #work = 0;

  constructor(program: readonly Instruction[], text: string) {
    this.#program = program;
    this.#text = text;
    this.#current = new Threads(program.length);
    this.#next = new Threads(program.length);
  }

  takeWork(): number {
    const work = this.#work;
    this.#work = 0;
    return work;
  }

  run(from: number): RegexMatch | undefined {
    let best: number[] | undefined;
    this.#current.clear();
    for (let at = from; ; ) {
      if (best === undefined) this.follow(this.#current, 0, at, []);
      if (this.#current.size === 0 && best !== undefined) return best;
      this.#work += 1 + this.#current.size;
      const code = at < this.#text.length ? (this.#text.codePointAt(at) as number) : -1;
      const width = code > 0xffff ? 2 : 1;
      best = this.step(at, code, width) ?? best;
      [this.#current, this.#next] = [this.#next, this.#current];
      if (code === -1) return best;
      at += width;
    }
  }

  /** Advances every path over one character; gives the captures of a path that matched and cuts the worse ones. */
  private step(at: number, code: number, width: number): number[] | undefined {
    this.#next.clear();
    for (let index = 0; index < this.#current.size; index++) {
      const captures = this.#current.captures[index] as number[];
      const instruction = this.#program[this.#current.places[index] as number] as Instruction;
      if (instruction.kind === "match") return captures;
      if (instruction.kind === "set" && code !== -1 && instruction.test(code))
        this.follow(this.#next, instruction.next, at + width, captures);
    }
    return undefined;
  }

  /** Adds a place and all that can be reached from it without a character. Paths wait on an own stack, not on ours. */
  private follow(threads: Threads, start: number, at: number, captures: number[]): void {
    const waiting: [number, number[]][] = [[start, captures]];
    for (let top = waiting.pop(); top !== undefined; top = waiting.pop()) {
      const [place, held] = top;
      if (place < 0 || !threads.visit(place)) continue;
      const instruction = this.#program[place] as Instruction;
      switch (instruction.kind) {
        case "fork":
          waiting.push([instruction.other, held], [instruction.next, held]);
          break;
        case "save":
          waiting.push([instruction.next, withSlot(held, instruction.slot, at)]);
          break;
        case "assert":
          if (this.holds(instruction.at, at)) waiting.push([instruction.next, held]);
          break;
        default:
          threads.push(place, held);
      }
    }
  }

  private holds(assertion: Assertion, at: number): boolean {
    const text = this.#text;
    switch (assertion) {
      case "textStart":
        return at === 0;
      case "textEnd":
        return at === text.length;
      case "lineStart":
        return at === 0 || text[at - 1] === "\n";
      case "lineEnd":
        return at === text.length || text[at] === "\n";
      default: {
        const before = at > 0 && isWordCharacter(text.charCodeAt(at - 1));
        const after = at < text.length && isWordCharacter(text.charCodeAt(at));
        return (before !== after) === (assertion === "wordEdge");
      }
    }
  }
}

function withSlot(captures: readonly number[], slot: number, at: number): number[] {
  const copy = captures.slice();
  while (copy.length <= slot) copy.push(-1);
  copy[slot] = at;
  return copy;
}
