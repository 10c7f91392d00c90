import type { Session } from "../engine/session.ts";
import type { Value } from "../values/value.ts";
import { placeOf, TemplateFault } from "./fault.ts";
import { type AnyNode, printNode } from "./node.ts";

/** What a variable is before its declaration ran. */
export const UNSET = Symbol("unset");
export type Slot = Value | typeof UNSET;

/** A node that is longer is cut where an error names it. */
const NODE_SHOWN_MAX = 1000;

/** The running of one program: where it stands, what it has written. */
export class Run {
  readonly session: Session;
  readonly source: string;
  /** The node that an error would be at. */
  node: AnyNode;
  template = "";
  out = "";
  depth = 0;
  /** Whether the dot came from a container of interfaces, which only error texts tell. */
  isDotLoose = false;

  constructor(session: Session, source: string, node: AnyNode) {
    this.session = session;
    this.source = source;
    this.node = node;
  }

  /** A fault at the node where the run stands. */
  fail(message: string, hint?: string): never {
    const { line, column } = placeOf(this.source, this.node.position);
    const node = printNode(this.node);
    const shown = node.length > NODE_SHOWN_MAX ? `${node.slice(0, NODE_SHOWN_MAX)}…` : node;
    const where = `template: :${line}:${column}: executing ${JSON.stringify(this.template)} at <${shown}>`;
    throw new TemplateFault("execute", `${where}: ${message}`, this.node.position, hint);
  }

  step(): void {
    if (!this.session.spend(1)) this.fail(this.session.spentText);
  }

  write(text: string): void {
    this.out += text;
    if (this.out.length > this.session.limits.outputMax)
      this.fail(`the output is longer than ${this.session.limits.outputMax} characters`);
  }
}

/** One call of one template. */
export class Frame {
  readonly slots: Slot[];
  readonly loose: boolean[];

  constructor(size: number) {
    this.slots = [];
    for (let slot = 0; slot < size; slot++) this.slots.push(UNSET);
    this.loose = [];
  }
}
