import { assert, nearest } from "#core/base";
import { TemplateFault } from "./fault.ts";
import { type Delimiters, tokenize } from "./lexer.ts";
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

type Clause = "end" | "else" | "eof";
interface Body {
  readonly list: ListNode;
  readonly closedBy: Clause;
}

class Parser {
  readonly #tokens: readonly Token[];
  readonly #functions: ReadonlySet<string>;
  readonly #templates = new Map<string, ListNode>();
  #next = 0;
  #furthest = 0;
  #actionLine = 0;
  #variables: string[] = ["$"];
  #rangeDepth = 0;
  #nesting = 0;

  constructor(tokens: readonly Token[], functions: ReadonlySet<string>) {
    this.#tokens = tokens;
    this.#functions = functions;
  }

  parse(): ReadonlyMap<string, ListNode> {
    const nodes: Statement[] = [];
    while (this.#peek().type !== "eof") {
      if (this.#isDefinition()) {
        this.#definition();
        continue;
      }
      const found = this.#textOrAction();
      if (found === "end" || found === "else") this.#fail(`unexpected {{${found}}}`);
      else if (found !== undefined) nodes.push(found);
    }
    this.#add("", { type: "list", nodes });
    return this.#templates;
  }

  #isDefinition(): boolean {
    if (this.#peek().type !== "leftDelim") return false;
    const mark = this.#next;
    this.#take();
    const isDefinition = this.#peekNonSpace().text === "define" && this.#peekNonSpace().type === "keyword";
    this.#next = isDefinition ? this.#next + 1 : mark;
    return isDefinition;
  }

  #token(index: number): Token {
    this.#furthest = Math.max(this.#furthest, Math.min(index, this.#tokens.length - 1));
    const token = this.#tokens[Math.min(index, this.#tokens.length - 1)];
    assert(token !== undefined, "a token list is never empty");
    return token;
  }

  #peek(): Token {
    return this.#token(this.#next);
  }

  #take(): Token {
    const token = this.#peek();
    this.#next += 1;
    return token;
  }

  #skipSpace(): void {
    while (this.#peek().type === "space") this.#next += 1;
  }

  #peekNonSpace(): Token {
    this.#skipSpace();
    return this.#peek();
  }

  #takeNonSpace(): Token {
    this.#skipSpace();
    return this.#take();
  }

  /** A fault at the line of the furthest token that was looked at. */
  #fail(message: string, hint?: string): never {
    const token = this.#token(this.#furthest);
    throw new TemplateFault("parse", `template: :${token.line}: ${message}`, token.position, hint);
  }

  #unexpected(token: Token, context: string): never {
    if (token.type !== "error") return this.#fail(`unexpected ${showToken(token)} in ${context}`);
    const isElsewhere = this.#actionLine !== 0 && this.#actionLine !== token.line;
    const extra = ` in action started at :${this.#actionLine}`;
    const shown = token.text.endsWith(" action") ? extra.slice(" in action".length) : extra;
    return this.#fail(token.text + (isElsewhere ? shown : ""));
  }

  #expectRightDelim(context: string): void {
    const token = this.#takeNonSpace();
    if (token.type !== "rightDelim") this.#unexpected(token, context);
  }

  #textOrAction(): Statement | "end" | "else" | undefined {
    const token = this.#takeNonSpace();
    if (token.type === "text") return { type: "text", text: token.text, position: token.position };
    if (token.type !== "leftDelim") return this.#unexpected(token, "input");
    this.#actionLine = token.line;
    const action = this.#action();
    this.#actionLine = 0;
    return action;
  }

  #action(): Statement | "end" | "else" | undefined {
    const token = this.#peekNonSpace();
    if (token.type === "keyword") {
      switch (token.text) {
        case "if":
        case "with":
        case "range":
          this.#take();
          return this.#control(token.text);
        case "end":
          this.#take();
          this.#expectRightDelim("end");
          return "end";
        case "else":
          return this.#elseClause();
        case "break":
        case "continue":
          return this.#jump(token.text);
        case "template":
          this.#take();
          return this.#template();
        case "block":
          this.#take();
          return this.#block();
        default:
      }
    }
    return { type: "action", position: token.position, pipe: this.#pipeline("command", "rightDelim") };
  }

  #elseClause(): "else" {
    this.#take();
    const next = this.#peekNonSpace();
    const isChained = next.type === "keyword" && (next.text === "if" || next.text === "with");
    if (!isChained) this.#expectRightDelim("else");
    return "else";
  }

  #jump(type: "break" | "continue"): JumpNode {
    const { position } = this.#take();
    const token = this.#takeNonSpace();
    if (token.type !== "rightDelim") this.#unexpected(token, `{{${type}}}`);
    if (this.#rangeDepth === 0) this.#fail(`{{${type}}} outside {{range}}`);
    return { type, position };
  }

  #control(context: "if" | "with" | "range"): BranchNode {
    this.#nesting += 1;
    if (this.#nesting > NESTING_MAX) this.#fail(`actions are nested more than ${NESTING_MAX} deep`);
    const mark = this.#variables.length;
    const pipe = this.#pipeline(context, "rightDelim");
    if (context === "range") this.#rangeDepth += 1;
    const body = this.#itemList();
    if (context === "range") this.#rangeDepth -= 1;
    const elseList = body.closedBy === "else" ? this.#elseList(context) : undefined;
    this.#variables.length = mark;
    this.#nesting -= 1;
    return { type: context, position: pipe.position, pipe, list: body.list, elseList };
  }

  #elseList(context: "if" | "with" | "range"): ListNode {
    const next = this.#peek();
    if (next.type === "keyword" && next.text === context && context !== "range") {
      this.#take();
      return { type: "list", nodes: [this.#control(context)] };
    }
    const { list, closedBy } = this.#itemList();
    if (closedBy !== "end") this.#fail(`expected end; found {{${closedBy}}}`);
    return list;
  }

  #itemList(): Body {
    const nodes: Statement[] = [];
    while (this.#peekNonSpace().type !== "eof") {
      const found = this.#textOrAction();
      if (found === "end" || found === "else") return { list: { type: "list", nodes }, closedBy: found };
      if (found !== undefined) nodes.push(found);
    }
    return this.#fail("unexpected EOF");
  }

  #name(context: string): string {
    const token = this.#takeNonSpace();
    if (token.type !== "string" && token.type !== "rawString") this.#unexpected(token, context);
    return unquote(token.text) ?? this.#fail("invalid syntax");
  }

  #template(): TemplateNode {
    const { position } = this.#peekNonSpace();
    const name = this.#name("template clause");
    if (this.#peekNonSpace().type === "rightDelim") {
      this.#take();
      return { type: "template", position, name, pipe: undefined };
    }
    return { type: "template", position, name, pipe: this.#pipeline("template clause", "rightDelim") };
  }

  #block(): TemplateNode {
    const { position } = this.#peekNonSpace();
    const name = this.#name("block clause");
    const pipe = this.#pipeline("block clause", "rightDelim");
    this.#add(name, this.#separateBody("block clause"));
    return { type: "template", position, name, pipe };
  }

  #definition(): void {
    const name = this.#name("define clause");
    this.#expectRightDelim("define clause");
    this.#add(name, this.#separateBody("define clause"));
  }

  /** A body that sees neither the variables nor the loops around it. */
  #separateBody(context: string): ListNode {
    const [variables, rangeDepth] = [this.#variables, this.#rangeDepth];
    this.#variables = ["$"];
    this.#rangeDepth = 0;
    this.#nesting += 1;
    if (this.#nesting > NESTING_MAX) this.#fail(`actions are nested more than ${NESTING_MAX} deep`);
    const { list, closedBy } = this.#itemList();
    if (closedBy !== "end") this.#fail(`unexpected {{${closedBy}}} in ${context}`);
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
    const { position } = this.#peekNonSpace();
    const { variables, isAssign } = this.#declarations(context);
    const commands: CommandNode[] = [];
    for (;;) {
      const token = this.#peekNonSpace();
      if (token.type === end) break;
      const isStart = operandStarts.has(token.type) || token.text === "." || token.text === "nil";
      if (!isStart || token.type === "error") this.#unexpected(this.#take(), context);
      commands.push(this.#command());
    }
    this.#take();
    if (commands.length === 0) this.#fail(`missing value for ${context}`);
    const constant = commands.findIndex(({ args }, index) => index > 0 && isConstant(args[0]));
    if (constant !== -1) this.#fail(`non executable command in pipeline stage ${constant + 1}`);
    return { type: "pipe", position, variables, isAssign, commands };
  }

  #declarations(context: string): { readonly variables: readonly string[]; readonly isAssign: boolean } {
    const variables: string[] = [];
    for (;;) {
      const mark = this.#next;
      const variable = this.#peekNonSpace();
      if (variable.type !== "variable") return { variables: [], isAssign: false };
      this.#take();
      const next = this.#peekNonSpace();
      if (next.type === "assign" || next.type === "declare") {
        this.#take();
        this.#variables.push(variable.text);
        return { variables: [...variables, variable.text], isAssign: next.type === "assign" };
      }
      if (next.type !== "char" || next.text !== ",") {
        this.#next = mark;
        return { variables, isAssign: false };
      }
      this.#take();
      variables.push(variable.text);
      this.#variables.push(variable.text);
      if (context !== "range" || variables.length >= 2) this.#fail(`too many declarations in ${context}`);
      if (!["variable", "rightDelim", "rightParen"].includes(this.#peekNonSpace().type))
        this.#fail("range can only initialize variables");
    }
  }

  #command(): CommandNode {
    const { position } = this.#peekNonSpace();
    const args: Operand[] = [];
    for (;;) {
      this.#skipSpace();
      const operand = this.#operand();
      if (operand !== undefined) args.push(operand);
      const token = this.#take();
      if (token.type === "space") continue;
      if (token.type === "rightDelim" || token.type === "rightParen") this.#next -= 1;
      else if (token.type !== "pipe") this.#unexpected(token, "operand");
      break;
    }
    if (args.length === 0) this.#fail("empty command");
    return { type: "command", position, args };
  }

  #operand(): Operand | undefined {
    const term = this.#term();
    if (term === undefined || this.#peek().type !== "field") return term;
    const { position } = this.#peek();
    const names: string[] = [];
    while (this.#peek().type === "field") names.push(this.#take().text.slice(1));
    if (term.type === "field") return { type: "field", position, names: [...term.names, ...names] };
    if (term.type === "variable") return { ...term, position, names: [...term.names, ...names] };
    if (term.type === "pipe" || term.type === "identifier" || term.type === "chain")
      return { type: "chain", position, head: term, names };
    return this.#fail(`unexpected . after term ${JSON.stringify(printNode(term))}`);
  }

  #term(): Operand | undefined {
    const token = this.#peekNonSpace();
    const { position, text } = token;
    if (token.type === "keyword" && (text === "." || text === "nil")) {
      this.#take();
      return { type: text === "." ? "dot" : "nil", position };
    }
    if (!operandStarts.has(token.type)) return undefined;
    this.#take();
    switch (token.type) {
      case "identifier":
        this.#checkFunction(text);
        return { type: "identifier", position, name: text };
      case "variable":
        if (!this.#variables.includes(text))
          this.#fail(`undefined variable ${JSON.stringify(text)}`, near(text, this.#variables));
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

  #checkFunction(name: string): void {
    if (!this.#functions.has(name))
      this.#fail(`function ${JSON.stringify(name)} not defined`, near(name, this.#functions));
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

function near(name: string, known: Iterable<string>): string | undefined {
  const found = nearest(name, known);
  return found === undefined ? undefined : `did you mean ${found}?`;
}

function isConstant(operand: Operand | undefined): boolean {
  return operand !== undefined && ["bool", "dot", "nil", "number", "string"].includes(operand.type);
}

function isEmpty(list: ListNode): boolean {
  return list.nodes.every((node) => node.type === "text" && node.text.trim() === "");
}
