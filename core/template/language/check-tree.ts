import { nearest } from "#core/base";
import { ArgumentMismatch, constantArgument } from "./arguments.ts";
import { placeOf, TemplateFault } from "./fault.ts";
import type { Param, TemplateFunction } from "./function.ts";
import {
  type CommandNode,
  type ListNode,
  type Operand,
  type PipeNode,
  printNode,
  type Statement,
  type Tree,
} from "./node.ts";
import type { Functions } from "./operand.ts";

/** What would fail in every rendering, whatever the data: templates that are not defined, wrong arguments. */
export function checkTree(tree: Tree, functions: Functions): readonly TemplateFault[] {
  return new TreeCheck(tree, functions).run();
}

class TreeCheck {
  readonly #tree: Tree;
  readonly #functions: Functions;
  readonly #faults: TemplateFault[] = [];
  #template = "";

  constructor(tree: Tree, functions: Functions) {
    this.#tree = tree;
    this.#functions = functions;
  }

  run(): readonly TemplateFault[] {
    for (const [name, list] of this.#tree.templates) {
      this.#template = name;
      this.#list(list);
    }
    return this.#faults;
  }

  #report(position: number, node: string, message: string, hint?: string): void {
    const { line, column } = placeOf(this.#tree.source, position);
    const where = `template: :${line}:${column}: executing ${JSON.stringify(this.#template)} at <${node}>`;
    this.#faults.push(new TemplateFault("execute", `${where}: ${message}`, position, hint));
  }

  #list(list: ListNode | undefined): void {
    for (const node of list?.nodes ?? []) this.#statement(node);
  }

  #statement(node: Statement): void {
    if ("pipe" in node && node.pipe !== undefined) this.#pipe(node.pipe);
    if (node.type === "template" && !this.#tree.templates.has(node.name)) {
      const near = nearest(node.name, this.#tree.templates.keys());
      const hint = near === undefined || near === "" ? "expected the name of a template" : `did you mean ${near}?`;
      this.#report(node.position, printNode(node), `template ${JSON.stringify(node.name)} not defined`, hint);
    }
    if ("list" in node) {
      this.#list(node.list);
      this.#list(node.elseList);
    }
  }

  #pipe(pipe: PipeNode): void {
    for (const [index, command] of pipe.commands.entries()) this.#command(command, index > 0);
  }

  #command({ args }: CommandNode, isPiped: boolean): void {
    const [word, ...rest] = args;
    for (const operand of args) this.#operand(operand, operand !== word);
    if (word?.type !== "identifier") return;
    const known = this.#functions.get(word.name);
    if (known === undefined) return;
    this.#count(word, known, rest.length + (isPiped ? 1 : 0));
    for (const [index, operand] of rest.entries()) this.#constant(operand, known.params[index] ?? known.variadic);
  }

  #operand(operand: Operand, isArgument: boolean): void {
    if (operand.type === "pipe") this.#pipe(operand);
    if (operand.type === "chain") this.#operand(operand.head, true);
    const known = isArgument && operand.type === "identifier" ? this.#functions.get(operand.name) : undefined;
    if (known !== undefined) this.#count(operand, known, 0);
  }

  #count(word: Operand, known: TemplateFunction, given: number): void {
    const { name, params, variadic } = known;
    if (variadic === undefined ? given === params.length : given >= params.length) return;
    const want = variadic === undefined ? String(params.length) : `at least ${params.length}`;
    const usage = [name, ...params, ...(variadic === undefined ? [] : [`${variadic}...`])].join(" ");
    this.#report(
      word.position,
      printNode(word),
      `wrong number of args for ${name}: want ${want} got ${given}`,
      `expected ${usage}`,
    );
  }

  #constant(operand: Operand, param: Param | undefined): void {
    if (param === undefined || !["number", "string", "bool", "nil"].includes(operand.type)) return;
    try {
      constantArgument(operand as Parameters<typeof constantArgument>[0], param);
    } catch (error) {
      if (!(error instanceof ArgumentMismatch)) throw error;
      this.#report(operand.position, printNode(operand), error.message);
    }
  }
}
