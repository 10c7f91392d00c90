import { assert } from "#core/base";
import type { Session } from "../engine/session.ts";
import { showForOutput } from "../format/default.ts";
import { sortedEntries } from "../values/order.ts";
import { ANY, Channel, GoMap, Int, int, isTrue, List, NilPointer, type Value, typeName } from "../values/value.ts";
import { CallFault } from "./fault.ts";
import { Frame, Run } from "./frame.ts";
import type { ActionNode, BranchNode, ListNode, Statement, TemplateNode, Tree } from "./node.ts";
import { type Functions, PipelineCompiler } from "./operand.ts";
import { Scope } from "./scope.ts";

type Signal = "next" | "break" | "continue";
type Execute = (run: Run, frame: Frame, dot: Value) => Signal;

interface CompiledTemplate {
  readonly execute: Execute;
  readonly frameSize: number;
}

/** A template ready to run, any number of times. */
export class Program {
  readonly source: string;
  readonly #templates = new Map<string, CompiledTemplate>();

  constructor(tree: Tree, functions: Functions) {
    this.source = tree.source;
    for (const [name, list] of tree.templates) {
      const scope = new Scope();
      const execute = new StatementCompiler(this, functions, scope).list(list);
      this.#templates.set(name, { execute, frameSize: scope.size });
    }
  }

  template(name: string): CompiledTemplate | undefined {
    return this.#templates.get(name);
  }

  /** Runs the body; the output, or a TemplateFault. */
  run(session: Session, data: Value): string {
    const main = this.#templates.get("");
    assert(main !== undefined, "every source has a body");
    const run = new Run(session, this.source, { type: "text", text: "", position: 0 });
    session.executeTemplate = (name, dot) => this.#executeNamed(run, name, dot);
    invoke(run, "", main, data);
    return run.out;
  }

  /** The text of a named template: what executeTemplate gives. */
  #executeNamed(run: Run, name: string, dot: Value): string {
    const found = this.#templates.get(name);
    if (found === undefined)
      throw new CallFault(`template: no template ${JSON.stringify(name)} associated with template ""`);
    const [out, node] = [run.out, run.node];
    run.out = "";
    run.depth += 1;
    if (run.depth > run.session.limits.depthMax) run.fail(depthText(run));
    invoke(run, name, found, dot);
    run.depth -= 1;
    const text = run.out;
    run.out = out;
    run.node = node;
    return text;
  }
}

function depthText(run: Run): string {
  return `exceeded maximum template depth (${run.session.limits.depthMax})`;
}

function invoke(run: Run, name: string, template: CompiledTemplate, dot: Value): void {
  const frame = new Frame(template.frameSize);
  frame.slots[0] = dot;
  const [outer, isDotLoose] = [run.template, run.isDotLoose];
  run.template = name;
  run.isDotLoose = false;
  template.execute(run, frame, dot);
  run.template = outer;
  run.isDotLoose = isDotLoose;
}

class StatementCompiler {
  readonly #program: Program;
  readonly #scope: Scope;
  readonly #pipelines: PipelineCompiler;

  constructor(program: Program, functions: Functions, scope: Scope) {
    this.#program = program;
    this.#scope = scope;
    this.#pipelines = new PipelineCompiler(functions, scope);
  }

  list(list: ListNode): Execute {
    const statements = this.#statements(list.nodes);
    if (statements.length === 1) return statements[0] as Execute;
    return (run, frame, dot) => {
      for (let index = 0; index < statements.length; index++) {
        const signal = (statements[index] as Execute)(run, frame, dot);
        if (signal !== "next") return signal;
      }
      return "next";
    };
  }

  /** Text beside an action is written together with what the action prints: one string to append instead of three. */
  #statements(nodes: readonly Statement[]): Execute[] {
    const made: Execute[] = [];
    for (let at = 0; at < nodes.length; at++) {
      const node = nodes[at] as Statement;
      const before = node.type === "text" ? node.text : "";
      const action = node.type === "text" ? nodes[at + 1] : node;
      if (action?.type !== "action" || action.pipe.variables.length > 0) {
        made.push(this.#statement(node));
        continue;
      }
      at += node === action ? 0 : 1;
      const next = nodes[at + 1];
      if (next?.type === "text") at += 1;
      made.push(this.#print(action, before, next?.type === "text" ? next.text : ""));
    }
    return made;
  }

  #statement(node: Statement): Execute {
    switch (node.type) {
      case "text":
        return (run) => {
          run.write(node.text);
          return "next";
        };
      case "break":
      case "continue":
        return () => node.type;
      case "action":
        return node.pipe.variables.length > 0 ? this.#assignment(node) : this.#print(node, "", "");
      case "template":
        return this.#template(node);
      case "range":
        return this.#scoped(() => this.#range(node));
      default:
        return this.#scoped(() => this.#branch(node));
    }
  }

  /** Variables declared inside are not seen outside. */
  #scoped(compile: () => Execute): Execute {
    const mark = this.#scope.mark();
    const execute = compile();
    this.#scope.release(mark);
    return execute;
  }

  #print(node: ActionNode, before: string, after: string): Execute {
    const evaluate = this.#pipelines.pipeline(node.pipe);
    return (run, frame, dot) => {
      run.step();
      run.node = node;
      const value = evaluate(run, frame, dot);
      if (typeof value === "string") run.write(before + value + after);
      else if (value instanceof Int && isPlain(value)) run.write(before + String(value.value) + after);
      else if (value instanceof Channel) run.fail(`can't print ${typeName(value)}`);
      else run.write(before + showForOutput(value) + after);
      return "next";
    };
  }

  /** An action that only sets a variable. */
  #assignment(node: ActionNode): Execute {
    const evaluate = this.#pipelines.pipeline(node.pipe);
    return (run, frame, dot) => {
      run.step();
      run.node = node;
      evaluate(run, frame, dot);
      return "next";
    };
  }

  #template(node: TemplateNode): Execute {
    const evaluate = node.pipe === undefined ? undefined : this.#pipelines.pipeline(node.pipe);
    return (run, frame, dot) => {
      run.step();
      run.node = node;
      const template = this.#program.template(node.name);
      if (template === undefined) return run.fail(`template ${JSON.stringify(node.name)} not defined`);
      if (run.depth >= run.session.limits.depthMax) run.fail(depthText(run));
      const data = evaluate?.(run, frame, dot);
      run.depth += 1;
      invoke(run, node.name, template, data);
      run.depth -= 1;
      return "next";
    };
  }

  #branch(node: BranchNode): Execute {
    const evaluate = this.#pipelines.pipeline(node.pipe);
    const body = this.#scoped(() => this.list(node.list));
    const otherwise =
      node.elseList === undefined ? undefined : this.#scoped(() => this.list(node.elseList as ListNode));
    const isWith = node.type === "with";
    return (run, frame, dot) => {
      run.step();
      run.node = node;
      const value = evaluate(run, frame, dot);
      if (!isTrue(value)) return otherwise === undefined ? "next" : otherwise(run, frame, dot);
      if (!isWith) return body(run, frame, dot);
      const isDotLoose = run.isDotLoose;
      run.isDotLoose = false;
      const signal = body(run, frame, value);
      run.isDotLoose = isDotLoose;
      return signal;
    };
  }

  #range(node: BranchNode): Execute {
    const { variables, isAssign } = node.pipe;
    const evaluate = this.#pipelines.pipeline({ ...node.pipe, variables: [] });
    const slots = variables.map((name) => (isAssign ? this.#scope.find(name) : this.#scope.declare(name)));
    const body = this.#scoped(() => this.list(node.list));
    const otherwise =
      node.elseList === undefined ? undefined : this.#scoped(() => this.list(node.elseList as ListNode));
    const loop = new Loop(node, slots, body);
    return (run, frame, dot) => {
      run.step();
      run.node = node;
      const over = evaluate(run, frame, dot);
      const isDotLoose = run.isDotLoose;
      const count = loop.over(run, frame, over);
      run.isDotLoose = isDotLoose;
      return count > 0 || otherwise === undefined ? "next" : otherwise(run, frame, dot);
    };
  }
}

/** Whether an int prints as its digits alone. */
function isPlain({ type }: Int): boolean {
  return type === "int" || type === "int64";
}

class Loop {
  readonly #node: BranchNode;
  readonly #slots: readonly (number | undefined)[];
  readonly #count: number;
  readonly #body: Execute;

  constructor(node: BranchNode, slots: readonly (number | undefined)[], body: Execute) {
    this.#node = node;
    this.#slots = slots;
    this.#count = slots.length;
    this.#body = body;
  }

  /** Runs the body over each element; how many there were. */
  over(run: Run, frame: Frame, over: Value): number {
    if (over == null) return 0;
    if (over instanceof List) return this.#overList(run, frame, over);
    if (over instanceof GoMap) return this.#overMap(run, frame, over);
    if (over instanceof Int) return this.#overInt(run, frame, over);
    if (over instanceof Channel) return this.#overChannel(run, frame, over);
    if (over instanceof NilPointer && over.type.endsWith("]")) return 0;
    return run.fail(`range can't iterate over ${showForOutput(over)}`);
  }

  #overList(run: Run, frame: Frame, { items, element }: List): number {
    const isLoose = element === ANY;
    const needsIndex = this.#slots.length === 2;
    for (let index = 0; index < items.length; index++)
      if (!this.#once(run, frame, needsIndex ? int(index) : undefined, items[index], isLoose)) break;
    return items.length;
  }

  #overMap(run: Run, frame: Frame, map: GoMap): number {
    const isLoose = map.type.element === ANY;
    for (const [key, value] of sortedEntries(map)) if (!this.#once(run, frame, key, value, isLoose)) break;
    return map.entries.size;
  }

  #overInt(run: Run, frame: Frame, over: Int): number {
    if (this.#slots.length > 1) run.fail(`can't use ${over.value} to iterate over more than one variable`);
    for (let index = 0; index < over.value; index++)
      if (!this.#once(run, frame, undefined, new Int(over.type, index), false)) break;
    return Math.max(0, Number(over.value));
  }

  #overChannel(run: Run, frame: Frame, { start, end }: Channel): number {
    const needsIndex = this.#slots.length === 2;
    for (let index = start; index < end; index++) {
      const position = needsIndex ? int(index - start) : undefined;
      if (!this.#once(run, frame, position, new Int("int64", index), false)) break;
    }
    return Math.max(0, end - start);
  }

  /** One iteration; false when the body broke out. */
  #once(run: Run, frame: Frame, key: Value, value: Value, isLoose: boolean): boolean {
    run.step();
    if (this.#count === 2) {
      this.#assign(run, frame, this.#slots[0], key, false);
      this.#assign(run, frame, this.#slots[1], value, isLoose);
    } else if (this.#count === 1) this.#assign(run, frame, this.#slots[0], value, isLoose);
    run.isDotLoose = isLoose;
    return this.#body(run, frame, value) !== "break";
  }

  #assign(run: Run, frame: Frame, slot: number | undefined, value: Value, isLoose: boolean): void {
    if (slot === undefined) return run.fail(`undefined variable: ${this.#node.pipe.variables.join(", ")}`);
    frame.slots[slot] = value;
    frame.loose[slot] = isLoose;
  }
}
