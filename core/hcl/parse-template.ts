import type { Expression, Template } from "./ast.ts";
import { type ParseState, recover } from "./parse-state.ts";
import type { Span } from "./source.ts";
import { arrangeTemplate, type TemplateToken } from "./template-tree.ts";

export type Form = Template["form"];

/** Reads a template's text from an offset; ends at the closing quote, the heredoc's marker line, or the end. */
class TemplateReader {
  readonly state: ParseState;
  readonly form: Form;
  readonly tokens: TemplateToken[] = [];
  readonly #marker: string;
  #at: number;
  #textStart: number;
  #text = "";
  #failed = false;

  constructor(state: ParseState, form: Form, at: number, marker = "") {
    this.state = state;
    this.form = form;
    this.#at = at;
    this.#textStart = at;
    this.#marker = marker;
  }

  /** The offset behind the template, or undefined when it cannot be read on. */
  read(): number | undefined {
    if (this.form === "heredoc" && this.atMarker(this.#at)) return this.finish(this.markerEnd(this.#at));
    for (;;) {
      const run = this.plainRun();
      if (run !== this.#at) this.take(run);
      const end = this.step();
      if (this.#failed) return undefined;
      if (end !== undefined) return end;
    }
  }

  private get text(): string {
    return this.state.source.text;
  }

  /** The end of the characters from here that mean only themselves. */
  private plainRun(): number {
    const { text } = this;
    for (let at = this.#at; ; at++) {
      const code = text.charCodeAt(at);
      const special =
        code === 36 ||
        code === 37 ||
        code === 10 ||
        Number.isNaN(code) ||
        (this.form === "quoted" && (code === 34 || code === 92));
      if (special) return at;
    }
  }

  private take(until: number): void {
    this.#text += this.text.slice(this.#at, until);
    this.#at = until;
  }

  private step(): number | undefined {
    const { text } = this;
    this.state.scanner.tokens += 1;
    if (this.state.scanner.isExhausted) return this.finish(text.length);
    const character = text[this.#at];
    if (character === undefined) return this.atEnd();
    if (character === '"') return this.finish(this.#at + 1);
    if (character === "\\") return this.escape();
    if (character === "\n") return this.newline();
    const next = text[this.#at + 1];
    if (next === "{") return character === "$" ? this.interpolation() : this.directive();
    if (next === character && text[this.#at + 2] === "{") {
      this.#text += `${character}{`;
      this.#at += 3;
      return undefined;
    }
    this.take(this.#at + 1);
    return undefined;
  }

  private finish(end: number): number {
    this.flushText();
    return end;
  }

  private flushText(): void {
    if (this.#text !== "") {
      this.tokens.push({ kind: "text", text: this.#text, start: this.#textStart, end: this.#at });
      this.#text = "";
    }
    this.#textStart = this.#at;
  }

  private atEnd(): number | undefined {
    if (this.form === "bare") return this.finish(this.#at);
    this.state.unclosedText = true;
    const what = this.form === "quoted" ? `closing quote (")` : `line with only ${JSON.stringify(this.#marker)}`;
    this.fail("Unterminated template string", `The text ends here without the ${what} that closes it.`, {
      start: this.#at,
      end: this.#at,
    });
    return undefined;
  }

  private fail(summary: string, detail: string, span: Span): undefined {
    this.#failed = true;
    this.state.fault(summary, detail, span);
    this.state.scanner.resume(this.#at);
    return undefined;
  }

  private newline(): number | undefined {
    if (this.form === "quoted")
      return this.fail(
        "Invalid multi-line string",
        `A quoted string ends on its line. Write \\n for a line end, or use a heredoc (<<EOT) for several lines; a closing quote (") may be missing.`,
        { start: this.#at, end: this.#at + 1 },
      );
    this.take(this.#at + 1);
    if (this.form === "bare") return undefined;
    this.flushText();
    return this.atMarker(this.#at) ? this.finish(this.markerEnd(this.#at)) : undefined;
  }

  private atMarker(at: number): boolean {
    const { text } = this;
    let from = at;
    while (text[from] === " " || text[from] === "\t") from += 1;
    if (!text.startsWith(this.#marker, from)) return false;
    const rest = text.slice(from + this.#marker.length, from + this.#marker.length + 2);
    return rest === "" || rest.startsWith("\n") || rest.startsWith("\r\n");
  }

  private markerEnd(at: number): number {
    return this.text.indexOf(this.#marker, at) + this.#marker.length;
  }

  private escape(): undefined {
    const { text } = this;
    const selector = text[this.#at + 1] ?? "";
    const simple: Readonly<Record<string, string>> = { n: "\n", r: "\r", t: "\t", '"': '"', "\\": "\\" };
    const plain = simple[selector];
    if (plain !== undefined) {
      this.#text += plain;
      this.#at += 2;
      return undefined;
    }
    const digits = selector === "u" ? 4 : selector === "U" ? 8 : 0;
    const hex = text.slice(this.#at + 2, this.#at + 2 + digits);
    const code = Number.parseInt(hex, 16);
    if (digits === 0 || hex.length < digits || !/^[0-9a-fA-F]+$/.test(hex) || code > 0x10ffff) {
      this.refuseEscape(selector, digits);
      return undefined;
    }
    this.#text += code >= 0xd800 && code <= 0xdfff ? "\ufffd" : String.fromCodePoint(code);
    this.#at += 2 + digits;
    return undefined;
  }

  private refuseEscape(selector: string, digits: number): void {
    const detail =
      digits > 0
        ? `\\${selector} is followed by ${digits} hexadecimal digits of a Unicode code point.`
        : `\\${selector} means nothing. The escapes are \\n, \\r, \\t, \\", \\\\, \\uNNNN and \\UNNNNNNNN; a backslash itself is \\\\.`;
    this.state.fault("Invalid escape sequence", detail, { start: this.#at, end: this.#at + 2 });
    this.take(Math.min(this.#at + 2, this.text.length));
  }

  /** `${` is here: reads the expression, and the marks that trim the text on either side. */
  private interpolation(): undefined {
    const start = this.#at;
    const trimBefore = this.open();
    const expression = this.state.expression(this.state);
    const trimAfter = expression === undefined ? undefined : this.close("interpolation", start);
    if (expression === undefined || trimAfter === undefined) {
      this.#failed = true;
      return undefined;
    }
    this.tokens.push({ kind: "interpolation", expression, trimBefore, trimAfter, start, end: this.#at });
    return undefined;
  }

  private open(): boolean {
    this.flushText();
    const trims = this.text[this.#at + 2] === "~";
    this.state.scanner.withNewlines(1);
    this.state.scanner.resume(this.#at + (trims ? 3 : 2));
    return trims;
  }

  private close(what: string, start: number): boolean | undefined {
    const { scanner } = this.state;
    if (scanner.kind !== "}" && scanner.kind !== "~}") {
      this.state.fault(
        `Unclosed template ${what}`,
        `Expected "}" to close what begins with "${this.text.slice(start, start + 2)}".`,
      );
      return undefined;
    }
    this.#at = scanner.end;
    this.#textStart = this.#at;
    return scanner.kind === "~}";
  }

  private directive(): undefined {
    const start = this.#at;
    const trimBefore = this.open();
    const token = this.directiveHead(start);
    const trimAfter = token === undefined ? undefined : this.close("directive", start);
    if (token === undefined || trimAfter === undefined) {
      this.#failed = true;
      return undefined;
    }
    this.tokens.push({ ...token, trimBefore, trimAfter, start, end: this.#at } as TemplateToken);
    return undefined;
  }

  private directiveHead(start: number): DirectiveHead | undefined {
    const { state } = this;
    const { scanner } = state;
    const word = scanner.kind === "identifier" ? state.source.slice(state.span) : "";
    const wordSpan = state.span;
    if (word === "if") {
      scanner.advance();
      const condition = state.expression(state);
      return condition && { kind: "if", condition };
    }
    if (word === "for") return this.forHead();
    if (word === "else" || word === "endif" || word === "endfor") {
      scanner.advance();
      return { kind: word };
    }
    state.fault(
      "Invalid template directive",
      `Expected if, else, endif, for or endfor after "%{". To write the characters %{ themselves, use %%{.`,
      word === "" ? { start, end: start + 2 } : wordSpan,
    );
    return undefined;
  }

  private forHead(): DirectiveHead | undefined {
    const names = parseForNames(this.state);
    if (names === undefined) return undefined;
    const collection = this.state.expression(this.state);
    return collection && { kind: "for", ...names, collection };
  }
}

type DirectiveHead =
  | { readonly kind: "if"; readonly condition: Expression }
  | { readonly kind: "else" | "endif" | "endfor" }
  | {
      readonly kind: "for";
      readonly keyName: string | undefined;
      readonly valueName: string;
      readonly collection: Expression;
    };

/** `k, v in` or `v in` after the word `for`, which is the current token. */
export function parseForNames(state: ParseState): { keyName: string | undefined; valueName: string } | undefined {
  const { scanner } = state;
  scanner.advance();
  const names: string[] = [];
  for (;;) {
    if (scanner.kind !== "identifier") {
      state.fault("Invalid 'for' expression", `Expected a name for the items, as in "for item in list".`);
      return undefined;
    }
    names.push(state.source.slice(state.span).normalize("NFC"));
    scanner.advance();
    if (names.length === 2 || (scanner.kind as string) !== ",") break;
    scanner.advance();
  }
  if (scanner.kind !== "identifier" || state.source.slice(state.span) !== "in") {
    state.fault("Invalid 'for' expression", `Expected "in" and the collection after the names.`);
    return undefined;
  }
  scanner.advance();
  return { keyName: names.length === 2 ? names[0] : undefined, valueName: names.at(-1) as string };
}

/** A quoted template; the opening quote is the current token. */
export function parseQuoted(state: ParseState): Template | undefined {
  return plainQuoted(state) ?? readTemplate(state, "quoted", state.scanner.end);
}

const plainText = /[^"\\$%\n]*"/y;

/** Most strings hold nothing but text: those are read at once. */
function plainQuoted(state: ParseState): Template | undefined {
  const { scanner, source } = state;
  const { start, end: from } = scanner;
  plainText.lastIndex = from;
  if (!plainText.test(source.text)) return undefined;
  const end = plainText.lastIndex;
  const text = source.text.slice(from, end - 1);
  scanner.resume(end);
  const parts = text === "" ? [] : [{ kind: "text" as const, text, start: from, end: end - 1 }];
  return { kind: "template", form: "quoted", parts, start, end };
}

export function parseHeredoc(state: ParseState): Template | undefined {
  const opening = state.source.slice(state.span).trimEnd();
  const flush = opening.startsWith("<<-");
  const marker = opening.slice(flush ? 3 : 2);
  return readTemplate(state, "heredoc", state.scanner.end, marker, flush);
}

/** The whole source as a template, without quotes: a string of the JSON syntax. */
export function parseBareTemplate(state: ParseState): Template | undefined {
  return readTemplate(state, "bare", 0);
}

function readTemplate(state: ParseState, form: Form, from: number, marker = "", flush = false): Template | undefined {
  const { scanner } = state;
  const { start } = scanner;
  const newlines = scanner.newlinesIgnored;
  const reader = new TemplateReader(state, form, from, marker);
  const end = reader.read();
  scanner.withNewlines(newlines);
  if (end === undefined) {
    if (form === "heredoc") skipHeredoc(state, marker);
    return undefined;
  }
  const parts = arrangeTemplate(state, reader.tokens, flush);
  scanner.resume(end);
  return parts && { kind: "template", form, parts, start: form === "bare" ? 0 : start, end };
}

/** After a mistake inside a heredoc, what follows its marker is ordinary text again. */
function skipHeredoc(state: ParseState, marker: string): void {
  const { text } = state.source;
  for (let at = state.scanner.start; at !== -1 && at < text.length; at = text.indexOf("\n", at)) {
    if (text[at] === "\n") at += 1;
    const end = text.indexOf("\n", at);
    const line = text.slice(at, end === -1 ? text.length : end);
    if (line.trim() === marker) return state.scanner.resume(at + line.trimEnd().length);
  }
}

/** A quoted string that may not hold interpolations, such as a label; the quote is the current token. */
export function readQuotedText(state: ParseState): string | undefined {
  const before = state.diagnostics.list.length;
  const template = parseQuoted(state);
  if (template === undefined) {
    if (state.diagnostics.list.length === before) recover(state);
    return undefined;
  }
  const [part] = template.parts;
  if (part === undefined) return "";
  if (template.parts.length === 1 && part.kind === "text") return part.text.normalize("NFC");
  const { start } = template.parts.find((part) => part.kind !== "text") ?? template;
  const sign = state.source.text[start] ?? "$";
  const escape = `To include a literal "${sign}", double it (as "${sign}${sign}") to escape it.`;
  const detail = `Template sequences are not allowed in this string. ${escape}`;
  state.fault("Invalid string literal", detail, { start, end: start + 2 });
  return undefined;
}
