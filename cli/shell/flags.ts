import { err, ok, type Result } from "#core/base";

/** One option of a command, in Go's style: `-name value`, `-name=value`; booleans stand alone. */
export interface Flag {
  readonly name: string;
  readonly type: "bool" | "text" | "int" | "list";
  /** How its value is called in the help. */
  readonly value?: string;
  readonly help: string;
}

export type FlagValues = ReadonlyMap<string, boolean | string | number | readonly string[]>;

export interface ParsedArguments {
  readonly flags: FlagValues;
  readonly args: readonly string[];
}

/**
 * Reads options up to the first word that is none, as Go's flag package does; with `takesLate` those behind such words too.
 * `--` ends them.
 */
export function parseFlags(
  argv: readonly string[],
  known: readonly Flag[],
  takesLate = false,
): Result<ParsedArguments> {
  const byName = new Map(known.map((flag) => [flag.name, flag]));
  const flags = new Map<string, boolean | string | number | readonly string[]>();
  const words: string[] = [];
  let at = 0;
  for (; at < argv.length; at++) {
    const word = argv[at] as string;
    if (word === "--") return ok({ flags, args: [...words, ...argv.slice(at + 1)] });
    const isOption = /^--?[^-]/.test(word);
    if (!isOption && !takesLate) break;
    if (!isOption) {
      words.push(word);
      continue;
    }
    const [, name = "", inline] = /^--?([^=]+)(?:=([\s\S]*))?$/.exec(word) ?? [];
    const flag = byName.get(name);
    if (!flag) return err("invalid", `flag provided but not defined: -${name}`, { field: `-${name}` });
    const text = inline ?? (flag.type === "bool" ? "true" : argv[++at]);
    if (text === undefined) return err("invalid", `flag needs an argument: -${name}`, { field: `-${name}` });
    const value = read(flag, text, flags.get(name));
    if (!value.ok) return value;
    flags.set(name, value.value);
  }
  return ok({ flags, args: [...words, ...argv.slice(at)] });
}

type Value = boolean | string | number | readonly string[];

function read(flag: Flag, text: string, before: Value | undefined): Result<Value> {
  switch (flag.type) {
    case "text":
      return ok(text);
    case "list":
      return ok([...((before as readonly string[] | undefined) ?? []), text]);
    case "int":
      if (/^-?\d+$/.test(text)) return ok(Number(text));
      return err("invalid", `invalid value ${JSON.stringify(text)} for flag -${flag.name}: parse error`, {
        field: `-${flag.name}`,
      });
    case "bool":
      if (["1", "t", "T", "true", "TRUE", "True"].includes(text)) return ok(true);
      if (["0", "f", "F", "false", "FALSE", "False"].includes(text)) return ok(false);
      return err("invalid", `invalid boolean value ${JSON.stringify(text)} for -${flag.name}: parse error`, {
        field: `-${flag.name}`,
      });
  }
}

/** Typed access to what was given. */
export class Flags {
  readonly #values: FlagValues;

  constructor(values: FlagValues) {
    this.#values = values;
  }

  /** With values for what was not given. */
  over(defaults: FlagValues): Flags {
    return new Flags(new Map([...defaults, ...this.#values]));
  }

  has(name: string): boolean {
    return this.#values.has(name);
  }

  bool(name: string): boolean {
    return this.#values.get(name) === true;
  }

  text(name: string): string | undefined {
    const value = this.#values.get(name);
    return typeof value === "string" ? value : undefined;
  }

  int(name: string): number | undefined {
    const value = this.#values.get(name);
    return typeof value === "number" ? value : undefined;
  }

  list(name: string): readonly string[] {
    const value = this.#values.get(name);
    return Array.isArray(value) ? (value as readonly string[]) : [];
  }
}
