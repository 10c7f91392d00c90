import { Cursor } from "./cursor.ts";
import { expectedIn, near } from "./expectation.ts";
import { TemplateFault } from "./fault.ts";
import { type Delimiters, tokenize, tokenizeAll } from "./lexer.ts";
import { parseCharacter, parseNumber, unquote } from "./literal.ts";
import type {
  BranchNode,
  CommandNode,
  ConstantNode,
  JumpNode,
  ListNode,
  Operand,
  PipeNode,
  Statement,
  TemplateNode,
  Tree,
} from "./node.ts";
import { printNode } from "./node.ts";
import { showToken, type Token, type TokenType } from "./token.ts";

const NESTING_MAX = 200;
const operandStarts: ReadonlySet<TokenType> = new Set([
  "bool",
  "charConstant",
  "complex",
  "field",
  "identifier",
  "number",
  "rawString",
  "string",
  "variable",
  "leftParen",
]);

/** Parses a source. Throws a TemplateFault of class "parse". */
export function parseTree(source: string, delimiters: Delimiters, functions: ReadonlySet<string>): Tree {
  const parser = new Parser(tokenize(source, delimiters), functions);
  return { source, templates: parser.parse() };
}

/** More problems than these in one source help nobody. */
const PROBLEMS_MAX = 100;

/** Parses as much of a source as can be, with every fault that was met on the way. */
export function parseAll(
  source: string,
  delimiters: Delimiters,
  functions: ReadonlySet<string>,
): { readonly tree: Tree; readonly faults: readonly TemplateFault[] } {
  const faults: TemplateFault[] = [];
  const parser = new Parser(tokenizeAll(source, delimiters), functions, faults);
  return { tree: { source, templates: parser.parse() }, faults };
}

type Clause = "end" | "else" | "eof";
interface Body {
  readonly list: ListNode;
  readonly closedBy: Clause;
}

class Parser {
  readonly #tokens: Cursor;
  readonly #functions: ReadonlySet<string>;
  readonly #templates = new Map<string, ListNode>();
  #actionLine = 0;
  #variables: string[] = ["$"];
  #rangeDepth = 0;
  #nesting = 0;
  /** Collects faults, if they are not to end the parsing. */
  readonly #faults: TemplateFault[] | undefined;
  /** The actions that are open here, for the one that has no end. */
  readonly #open: Token[] = [];

  constructor(tokens: readonly Token[], functions: ReadonlySet<string>, faults?: TemplateFault[]) {
    this.#tokens = new Cursor(tokens);
    this.#functions = functions;
    this.#faults = faults;
  }

  parse(): ReadonlyMap<string, ListNode> {
    const nodes: Statement[] = [];
    while (this.#tokens.peek().type !== "eof") {
      const found = this.#recovering(() => this.#topLevel());
      if (found !== undefined) nodes.push(found);
    }
    this.#recovering(() => this.#add("", { type: "list", nodes }));
    return this.#templates;
  }

  #topLevel(): Statement | undefined {
    if (this.#isDefinition()) {
      this.#definition();
      return undefined;
    }
    const found = this.#textOrAction();
    if (found !== "end" && found !== "else") return found;
    return this.#fail(
      `unexpected {{${found}}}`,
      "no {{if}}, {{with}}, {{range}}, {{define}} or {{block}} is open here",
    );
  }

  /** Runs a part of the parsing; a fault in it is kept, if faults are collected, and parsing goes on behind the action. */
  #recovering<T>(parse: () => T): T | undefined {
    if (this.#faults === undefined) return parse();
    const [nesting, variables, rangeDepth] = [this.#nesting, [...this.#variables], this.#rangeDepth];
    const openCount = this.#open.length;
    try {
      return parse();
    } catch (error) {
      if (!(error instanceof TemplateFault)) throw error;
      this.#keep(error, this.#faults);
      this.#leaveAction();
      this.#nesting = nesting;
      this.#rangeDepth = rangeDepth;
      this.#open.length = openCount;
      // What the faulty action declared stays known: its uses are no faults of their own.
      this.#variables = [...variables, ...this.#variables.slice(variables.length)];
      return undefined;
    }
  }

  /** Goes behind the end of the action that is being read, if it has not been read to its end. */
  #leaveAction(): void {
    const tokens = this.#tokens;
    if (tokens.next === 0 || tokens.token(tokens.next - 1).type !== "rightDelim") {
      while (!["eof", "rightDelim"].includes(tokens.peek().type)) tokens.next += 1;
      if (tokens.peek().type === "rightDelim") tokens.next += 1;
    }
    tokens.furthest = tokens.next;
    this.#actionLine = 0;
  }

  #keep(fault: TemplateFault, faults: TemplateFault[]): void {
    const isKnown = faults.some(({ position, message }) => position === fault.position && message === fault.message);
    if (!isKnown && faults.length < PROBLEMS_MAX) faults.push(fault);
  }

  #isDefinition(): boolean {
    if (this.#tokens.peek().type !== "leftDelim") return false;
    const mark = this.#tokens.next;
    this.#tokens.take();
    const isDefinition =
      this.#tokens.peekNonSpace().text === "define" && this.#tokens.peekNonSpace().type === "keyword";
    this.#tokens.next = isDefinition ? this.#tokens.next + 1 : mark;
    return isDefinition;
  }

  /** A fault whose text names the line of the furthest token that was looked at, as Go's does. */
  #fault(message: string, hint?: string, at?: Token): TemplateFault {
    const furthest = this.#tokens.token(this.#tokens.furthest);
    const { position, type, text } = at ?? furthest;
    const length = type === "error" || type === "eof" ? undefined : text.length;
    return new TemplateFault("parse", `template: :${furthest.line}: ${message}`, position, hint, length);
  }

  #fail(message: string, hint?: string, at?: Token): never {
    throw this.#fault(message, hint, at);
  }

  /** A fault that leaves the parser where it is: when faults are collected, it goes on at once. */
  #note(message: string, hint: string | undefined, at: Token): void {
    if (this.#faults === undefined) this.#fail(message, hint, at);
    else this.#keep(this.#fault(message, hint, at), this.#faults);
  }

  #unexpected(token: Token, context: string): never {
    const hint = expectedIn(context);
    if (token.type !== "error") return this.#fail(`unexpected ${showToken(token)} in ${context}`, hint, token);
    const isElsewhere = this.#actionLine !== 0 && this.#actionLine !== token.line;
    const extra = ` in action started at :${this.#actionLine}`;
    const shown = token.text.endsWith(" action") ? extra.slice(" in action".length) : extra;
    return this.#fail(token.text + (isElsewhere ? shown : ""));
  }

  #expectRightDelim(context: string): void {
    const token = this.#tokens.takeNonSpace();
    if (token.type !== "rightDelim") this.#unexpected(token, context);
  }

  #textOrAction(): Statement | "end" | "else" | undefined {
    const token = this.#tokens.takeNonSpace();
    if (token.type === "text") return { type: "text", text: token.text, position: token.position };
    if (token.type !== "leftDelim") return this.#unexpected(token, "input");
    this.#actionLine = token.line;
    const action = this.#action();
    this.#actionLine = 0;
    return action;
  }

  #action(): Statement | "end" | "else" | undefined {
    const token = this.#tokens.peekNonSpace();
    if (token.type === "keyword") {
      switch (token.text) {
        case "if":
        case "with":
        case "range":
          this.#tokens.take();
          return this.#control(token.text, token);
        case "end":
          this.#tokens.take();
          this.#expectRightDelim("end");
          return "end";
        case "else":
          return this.#elseClause();
        case "break":
        case "continue":
          return this.#jump(token.text);
        case "template":
          this.#tokens.take();
          return this.#template();
        case "block":
          this.#tokens.take();
          return this.#block(token);
        default:
      }
    }
    return { type: "action", position: token.position, pipe: this.#pipeline("command", "rightDelim") };
  }

  #elseClause(): "else" {
    this.#tokens.take();
    const next = this.#tokens.peekNonSpace();
    const isChained = next.type === "keyword" && (next.text === "if" || next.text === "with");
    if (!isChained) this.#expectRightDelim("else");
    return "else";
  }

  #jump(type: "break" | "continue"): JumpNode {
    const { position } = this.#tokens.take();
    const token = this.#tokens.takeNonSpace();
    if (token.type !== "rightDelim") this.#unexpected(token, `{{${type}}}`);
    if (this.#rangeDepth === 0) this.#fail(`{{${type}}} outside {{range}}`);
    return { type, position };
  }

  #control(context: "if" | "with" | "range", word: Token): BranchNode {
    this.#nesting += 1;
    if (this.#nesting > NESTING_MAX) this.#fail(`actions are nested more than ${NESTING_MAX} deep`);
    const mark = this.#variables.length;
    const pipe = this.#pipelineOrNone(context);
    this.#open.push(word);
    if (context === "range") this.#rangeDepth += 1;
    const body = this.#itemList();
    if (context === "range") this.#rangeDepth -= 1;
    const elseList = body.closedBy === "else" ? this.#elseList(context, word) : undefined;
    this.#open.pop();
    this.#variables.length = mark;
    this.#nesting -= 1;
    return { type: context, position: pipe.position, pipe, list: body.list, elseList };
  }

  /** The pipeline of an action with a body, which is read even when the pipeline is wrong. */
  #pipelineOrNone(context: string): PipeNode {
    const { position } = this.#tokens.peekNonSpace();
    const pipe = this.#recovering(() => this.#pipeline(context, "rightDelim"));
    return pipe ?? { type: "pipe", position, variables: [], isAssign: false, commands: [] };
  }

  #elseList(context: "if" | "with" | "range", word: Token): ListNode {
    const next = this.#tokens.peek();
    if (next.type === "keyword" && next.text === context && context !== "range") {
      this.#tokens.take();
      return { type: "list", nodes: [this.#control(context, word)] };
    }
    return this.#untilEnd((closedBy) => `expected end; found {{${closedBy}}}`);
  }

  /** A body that only an end may close. */
  #untilEnd(refusal: (closedBy: Clause) => string): ListNode {
    for (;;) {
      const { list, closedBy } = this.#itemList();
      if (closedBy === "end") return list;
      this.#note(refusal(closedBy), "expected {{end}}", this.#tokens.token(this.#tokens.next - 1));
    }
  }

  #itemList(): Body {
    const nodes: Statement[] = [];
    while (this.#tokens.peekNonSpace().type !== "eof") {
      const found = this.#recovering(() => this.#textOrAction());
      if (found === "end" || found === "else") return { list: { type: "list", nodes }, closedBy: found };
      if (found !== undefined) nodes.push(found);
    }
    const open = this.#open.at(-1);
    return this.#fail("unexpected EOF", open && `the {{${open.text}}} of line ${open.line} has no {{end}}`, open);
  }

  #name(context: string): string {
    const token = this.#tokens.takeNonSpace();
    if (token.type !== "string" && token.type !== "rawString") this.#unexpected(token, context);
    return unquote(token.text) ?? this.#fail("invalid syntax");
  }

  #template(): TemplateNode {
    const { position } = this.#tokens.peekNonSpace();
    const name = this.#name("template clause");
    if (this.#tokens.peekNonSpace().type === "rightDelim") {
      this.#tokens.take();
      return { type: "template", position, name, pipe: undefined };
    }
    return { type: "template", position, name, pipe: this.#pipeline("template clause", "rightDelim") };
  }

  #block(word: Token): TemplateNode {
    const { position } = this.#tokens.peekNonSpace();
    const name = this.#name("block clause");
    const pipe = this.#pipelineOrNone("block clause");
    this.#add(name, this.#separateBody("block clause", word));
    return { type: "template", position, name, pipe };
  }

  #definition(): void {
    const word = this.#tokens.token(this.#tokens.next - 1);
    const name = this.#name("define clause");
    this.#expectRightDelim("define clause");
    this.#add(name, this.#separateBody("define clause", word));
  }

  /** A body that sees neither the variables nor the loops around it. */
  #separateBody(context: string, word: Token): ListNode {
    const [variables, rangeDepth] = [this.#variables, this.#rangeDepth];
    this.#variables = ["$"];
    this.#rangeDepth = 0;
    this.#nesting += 1;
    if (this.#nesting > NESTING_MAX) this.#fail(`actions are nested more than ${NESTING_MAX} deep`);
    this.#open.push(word);
    const list = this.#untilEnd((closedBy) => `unexpected {{${closedBy}}} in ${context}`);
    this.#open.pop();
    this.#variables = variables;
    this.#rangeDepth = rangeDepth;
    this.#nesting -= 1;
    return list;
  }

  #add(name: string, list: ListNode): void {
    const existing = this.#templates.get(name);
    if (existing !== undefined && !isEmpty(existing)) {
      if (isEmpty(list)) return;
      this.#fail(`template: multiple definition of template ${JSON.stringify(name)}`);
    }
    this.#templates.set(name, list);
  }

  #pipeline(context: string, end: TokenType): PipeNode {
    const { position } = this.#tokens.peekNonSpace();
    const { variables, isAssign } = this.#declarations(context);
    const commands: CommandNode[] = [];
    for (;;) {
      const token = this.#tokens.peekNonSpace();
      if (token.type === end) break;
      const isStart = operandStarts.has(token.type) || token.text === "." || token.text === "nil";
      if (!isStart || token.type === "error") this.#unexpected(this.#tokens.take(), context);
      commands.push(this.#command());
    }
    this.#tokens.take();
    if (commands.length === 0) this.#fail(`missing value for ${context}`, expectedIn("value"));
    const constant = commands.findIndex(({ args }, index) => index > 0 && isConstant(args[0]));
    if (constant !== -1) this.#fail(`non executable command in pipeline stage ${constant + 1}`);
    return { type: "pipe", position, variables, isAssign, commands };
  }

  #declarations(context: string): { readonly variables: readonly string[]; readonly isAssign: boolean } {
    const variables: string[] = [];
    for (;;) {
      const mark = this.#tokens.next;
      const variable = this.#tokens.peekNonSpace();
      if (variable.type !== "variable") return { variables: [], isAssign: false };
      this.#tokens.take();
      const next = this.#tokens.peekNonSpace();
      if (next.type === "assign" || next.type === "declare") {
        this.#tokens.take();
        this.#variables.push(variable.text);
        return { variables: [...variables, variable.text], isAssign: next.type === "assign" };
      }
      if (next.type !== "char" || next.text !== ",") {
        this.#tokens.next = mark;
        return { variables, isAssign: false };
      }
      this.#tokens.take();
      variables.push(variable.text);
      this.#variables.push(variable.text);
      if (context !== "range" || variables.length >= 2) this.#fail(`too many declarations in ${context}`);
      if (!["variable", "rightDelim", "rightParen"].includes(this.#tokens.peekNonSpace().type))
        this.#fail("range can only initialize variables");
    }
  }

  #command(): CommandNode {
    const { position } = this.#tokens.peekNonSpace();
    const args: Operand[] = [];
    for (;;) {
      this.#tokens.skipSpace();
      const operand = this.#operand();
      if (operand !== undefined) args.push(operand);
      const token = this.#tokens.take();
      if (token.type === "space") continue;
      if (token.type === "rightDelim" || token.type === "rightParen") this.#tokens.next -= 1;
      else if (token.type !== "pipe") this.#unexpected(token, "operand");
      break;
    }
    if (args.length === 0) this.#fail("empty command");
    return { type: "command", position, args };
  }

  #operand(): Operand | undefined {
    const term = this.#term();
    if (term === undefined || this.#tokens.peek().type !== "field") return term;
    const { position } = this.#tokens.peek();
    const names: string[] = [];
    while (this.#tokens.peek().type === "field") names.push(this.#tokens.take().text.slice(1));
    if (term.type === "field") return { type: "field", position, names: [...term.names, ...names] };
    if (term.type === "variable") return { ...term, position, names: [...term.names, ...names] };
    if (term.type === "pipe" || term.type === "identifier" || term.type === "chain")
      return { type: "chain", position, head: term, names };
    return this.#fail(`unexpected . after term ${JSON.stringify(printNode(term))}`);
  }

  #term(): Operand | undefined {
    const token = this.#tokens.peekNonSpace();
    const { position, text } = token;
    if (token.type === "keyword" && (text === "." || text === "nil")) {
      this.#tokens.take();
      return { type: text === "." ? "dot" : "nil", position };
    }
    if (!operandStarts.has(token.type)) return undefined;
    this.#tokens.take();
    switch (token.type) {
      case "identifier":
        this.#checkFunction(token);
        return { type: "identifier", position, name: text };
      case "variable":
        if (!this.#variables.includes(text))
          this.#note(
            `undefined variable ${JSON.stringify(text)}`,
            near("a variable", text, this.#variables.slice(1)),
            token,
          );
        return { type: "variable", position, variable: text, names: [] };
      case "field":
        return { type: "field", position, names: [text.slice(1)] };
      case "leftParen":
        this.#nesting += 1;
        if (this.#nesting > NESTING_MAX) this.#fail(`parentheses are nested more than ${NESTING_MAX} deep`);
        return this.#parenthesised();
      default:
        return this.#constant(token);
    }
  }

  #parenthesised(): PipeNode {
    const pipe = this.#pipeline("parenthesized pipeline", "rightParen");
    this.#nesting -= 1;
    return pipe;
  }

  #checkFunction(token: Token): void {
    const { text: name } = token;
    if (!this.#functions.has(name))
      this.#note(`function ${JSON.stringify(name)} not defined`, near("a function", name, this.#functions), token);
  }

  #constant({ type, position, text }: Token): ConstantNode {
    if (type === "bool") return { type: "bool", position, text, value: text === "true" };
    if (type === "string" || type === "rawString")
      return { type: "string", position, text, value: unquote(text) ?? this.#fail("invalid syntax") };
    if (type === "charConstant") {
      const value = parseCharacter(text) ?? this.#fail(`malformed character constant: ${text}`);
      return { type: "number", position, text, value };
    }
    const parsed = parseNumber(text);
    if ("problem" in parsed) return this.#fail(parsed.problem);
    return { type: "number", position, text, value: parsed.value };
  }
}

function isConstant(operand: Operand | undefined): boolean {
  return operand !== undefined && ["bool", "dot", "nil", "number", "string"].includes(operand.type);
}

function isEmpty(list: ListNode): boolean {
  return list.nodes.every((node) => node.type === "text" && node.text.trim() === "");
}
