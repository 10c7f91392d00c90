import type { Value } from "../values/value.ts";

interface At {
  /** Where it stands in the source, in UTF-16 units: what an error's line and column are counted from. */
  readonly position: number;
}

export interface TextNode extends At {
  readonly type: "text";
  readonly text: string;
}
export interface ActionNode extends At {
  readonly type: "action";
  readonly pipe: PipeNode;
}
export interface BranchNode extends At {
  readonly type: "if" | "with" | "range";
  readonly pipe: PipeNode;
  readonly list: ListNode;
  readonly elseList: ListNode | undefined;
}
export interface TemplateNode extends At {
  readonly type: "template";
  readonly name: string;
  readonly pipe: PipeNode | undefined;
}
export interface JumpNode extends At {
  readonly type: "break" | "continue";
}
export type Statement = TextNode | ActionNode | BranchNode | TemplateNode | JumpNode;
export interface ListNode {
  readonly type: "list";
  readonly nodes: readonly Statement[];
}

export interface PipeNode extends At {
  readonly type: "pipe";
  readonly variables: readonly string[];
  readonly isAssign: boolean;
  readonly commands: readonly CommandNode[];
}
export interface CommandNode extends At {
  readonly type: "command";
  readonly args: readonly Operand[];
}
export interface FieldNode extends At {
  readonly type: "field";
  readonly names: readonly string[];
}
export interface VariableNode extends At {
  readonly type: "variable";
  readonly variable: string;
  readonly names: readonly string[];
}
export interface ChainNode extends At {
  readonly type: "chain";
  readonly head: Operand;
  readonly names: readonly string[];
}
export interface IdentifierNode extends At {
  readonly type: "identifier";
  readonly name: string;
}
/** A number, a string, a bool, as written and as it is. */
export interface ConstantNode extends At {
  readonly type: "number" | "string" | "bool";
  readonly text: string;
  readonly value: Value;
}
export interface WordNode extends At {
  readonly type: "dot" | "nil";
}
export type Operand = PipeNode | FieldNode | VariableNode | ChainNode | IdentifierNode | ConstantNode | WordNode;

export type AnyNode = Statement | CommandNode | Operand;

/** A parsed source: its own body under the name "", and the templates that it defines. */
export interface Tree {
  readonly source: string;
  readonly templates: ReadonlyMap<string, ListNode>;
}

/** A node as error texts quote it, which is also source that parses to the same node. */
export function printNode(node: AnyNode): string {
  switch (node.type) {
    case "text":
      return node.text;
    case "action":
      return `{{${printNode(node.pipe)}}}`;
    case "if":
    case "with":
    case "range": {
      const otherwise = node.elseList === undefined ? "" : `{{else}}${printList(node.elseList)}`;
      return `{{${node.type} ${printNode(node.pipe)}}}${printList(node.list)}${otherwise}{{end}}`;
    }
    case "template":
      return `{{template ${JSON.stringify(node.name)}${node.pipe === undefined ? "" : ` ${printNode(node.pipe)}`}}}`;
    case "break":
    case "continue":
      return `{{${node.type}}}`;
    case "command":
      return node.args.map((arg) => (arg.type === "pipe" ? `(${printNode(arg)})` : printNode(arg))).join(" ");
    default:
      return printOperand(node);
  }
}

function printOperand(node: Operand): string {
  switch (node.type) {
    case "pipe": {
      const names = node.variables.join(", ");
      const head = names === "" ? "" : `${names} ${node.isAssign ? "=" : ":="} `;
      return head + node.commands.map(printNode).join(" | ");
    }
    case "field":
      return node.names.map((name) => `.${name}`).join("");
    case "variable":
      return [node.variable, ...node.names].join(".");
    case "chain": {
      const head = node.head.type === "pipe" ? `(${printNode(node.head)})` : printNode(node.head);
      return [head, ...node.names].join(".");
    }
    case "identifier":
      return node.name;
    case "dot":
      return ".";
    case "nil":
      return "nil";
    default:
      return node.text;
  }
}

export function printList(list: ListNode): string {
  return list.nodes.map(printNode).join("");
}

/** The whole of a parsed source; parsing it again gives the same tree. */
export function printTree(tree: Tree): string {
  let text = "";
  for (const [name, body] of tree.templates)
    if (name !== "") text += `{{define ${JSON.stringify(name)}}}${printList(body)}{{end}}`;
  const own = tree.templates.get("");
  return text + (own === undefined ? "" : printList(own));
}
