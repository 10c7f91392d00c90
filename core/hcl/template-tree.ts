import type { Expression, TemplatePart } from "./ast.ts";
import { countGraphemes, graphemes } from "./graphemes.ts";
import type { ParseState } from "./parse-state.ts";
import type { Span } from "./source.ts";

interface Trims {
  readonly trimBefore: boolean;
  readonly trimAfter: boolean;
}

/** A template before its directives are matched up. */
export type TemplateToken =
  | (Span & { readonly kind: "text"; readonly text: string })
  | (Span & Trims & { readonly kind: "interpolation"; readonly expression: Expression })
  | (Span & Trims & { readonly kind: "if"; readonly condition: Expression })
  | (Span &
      Trims & {
        readonly kind: "for";
        readonly keyName: string | undefined;
        readonly valueName: string;
        readonly collection: Expression;
      })
  | (Span & Trims & { readonly kind: "else" | "endif" | "endfor" });

/** Applies trim marks, takes the common indentation off a `<<-` heredoc, and nests the directives. */
export function arrangeTemplate(
  state: ParseState,
  tokens: readonly TemplateToken[],
  flush: boolean,
): TemplatePart[] | undefined {
  const [only] = tokens;
  if (tokens.length === 1 && only?.kind === "text" && !flush) return [only];
  const trimmed = trim(tokens);
  return nest(state, flush ? unindent(trimmed) : trimmed);
}

function trim(tokens: readonly TemplateToken[]): TemplateToken[] {
  return tokens.map((token, index) => {
    if (token.kind !== "text") return token;
    const [before, after] = [tokens[index - 1], tokens[index + 1]];
    let { text } = token;
    if (before !== undefined && before.kind !== "text" && before.trimAfter) text = text.trimStart();
    if (after !== undefined && after.kind !== "text" && after.trimBefore) text = text.trimEnd();
    return { ...token, text };
  });
}

/**
 * The smallest indentation of the lines is taken off each of them. A blank line does not count. A line that begins with
 * an interpolation has none; text after a trimmed line end is no line of its own.
 */
function unindent(tokens: readonly TemplateToken[]): TemplateToken[] {
  let smallest = Infinity;
  let startsLine = true;
  const lines = new Set<TemplateToken>();
  for (const token of tokens) {
    if (startsLine) {
      startsLine = false;
      const indent = token.kind === "text" ? indentation(token.text) : 0;
      if (indent !== undefined) {
        lines.add(token);
        smallest = Math.min(smallest, indent);
      }
    }
    if (token.kind === "text" && token.text.endsWith("\n")) startsLine = true;
  }
  if (smallest === Infinity) return [...tokens];
  return tokens.map((token) =>
    token.kind === "text" && lines.has(token)
      ? { ...token, text: token.text.slice(graphemes(token.text).slice(0, smallest).join("").length) }
      : token,
  );
}

/** Undefined for a blank line. */
function indentation(text: string): number | undefined {
  const rest = text.trimStart();
  if (rest === "" && text.endsWith("\n")) return undefined;
  return countGraphemes(text.slice(0, text.length - rest.length));
}

/** Matches `if`/`else`/`endif` and `for`/`endfor`. */
function nest(state: ParseState, tokens: readonly TemplateToken[]): TemplatePart[] | undefined {
  const builder = new TreeBuilder(state, tokens);
  const parts = builder.sequence([]);
  return builder.failed ? undefined : parts;
}

class TreeBuilder {
  failed = false;
  readonly #state: ParseState;
  readonly #tokens: readonly TemplateToken[];
  #at = 0;

  constructor(state: ParseState, tokens: readonly TemplateToken[]) {
    this.#state = state;
    this.#tokens = tokens;
  }

  /** Parts until one of the closing directives, which is left to the caller. */
  sequence(closing: readonly string[]): TemplatePart[] {
    const parts: TemplatePart[] = [];
    for (let token = this.#tokens[this.#at]; token !== undefined; token = this.#tokens[this.#at]) {
      if (closing.includes(token.kind)) return parts;
      this.#at += 1;
      const part = this.part(token);
      if (part !== undefined) parts.push(part);
    }
    return parts;
  }

  private part(token: TemplateToken): TemplatePart | undefined {
    const { start, end } = token;
    switch (token.kind) {
      case "text":
        return token.text === "" ? undefined : { kind: "text", text: token.text, start, end };
      case "interpolation":
        return { kind: "interpolation", expression: token.expression, start, end };
      case "if":
        return this.deeper(() => this.conditional(token));
      case "for":
        return this.deeper(() => this.loop(token));
      default:
        this.#state.fault(
          "Unexpected template directive",
          `This "${token.kind}" closes nothing that is open here.`,
          token,
        );
        return this.fail();
    }
  }

  private deeper(inner: () => TemplatePart | undefined): TemplatePart | undefined {
    if (!this.#state.enter()) return this.fail();
    const part = inner();
    this.#state.leave();
    return part;
  }

  private fail(): undefined {
    this.failed = true;
  }

  private conditional(token: TemplateToken & { kind: "if" }): TemplatePart | undefined {
    const whenTrue = this.sequence(["else", "endif"]);
    const isElse = this.#tokens[this.#at]?.kind === "else";
    if (isElse) this.#at += 1;
    const whenFalse = isElse ? this.sequence(["endif"]) : [];
    const end = this.closing("endif", token);
    return end === undefined
      ? undefined
      : { kind: "if", condition: token.condition, whenTrue, whenFalse, start: token.start, end };
  }

  private loop(token: TemplateToken & { kind: "for" }): TemplatePart | undefined {
    const body = this.sequence(["endfor"]);
    const end = this.closing("endfor", token);
    const { keyName, valueName, collection, start } = token;
    return end === undefined ? undefined : { kind: "for", keyName, valueName, collection, body, start, end };
  }

  private closing(kind: "endif" | "endfor", opening: TemplateToken): number | undefined {
    const token = this.#tokens[this.#at];
    if (token?.kind === kind) {
      this.#at += 1;
      return token.end;
    }
    this.#state.fault(
      "Unclosed template directive",
      `The "%{ ${kind} }" that closes this directive is missing.`,
      opening,
    );
    return this.fail();
  }
}
