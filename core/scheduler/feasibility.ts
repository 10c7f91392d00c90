import type { Constraint, Job, Node, TaskGroup } from "#core/model";
import { escapesClass } from "./computed-class.ts";
import { constraintText, meets } from "./constraint.ts";

const DISTINCT = new Set(["distinct_hosts", "distinct_property"]);
const BY_CLASS = "computed class ineligible";

/**
 * Whether nodes can run a group at all. The answer is kept by computed class, so that ten thousand alike nodes are
 * asked about once; constraints on what differs within a class are asked of each node.
 */
export class Feasibility {
  readonly #drivers: readonly string[];
  readonly #shared: readonly Constraint[];
  readonly #escaping: readonly Constraint[];
  readonly #byClass = new Map<string, boolean>();

  constructor(job: Job, group: TaskGroup) {
    const constraints = constraintsOf(job, group).filter((constraint) => !DISTINCT.has(constraint.operand));
    const escapes = (constraint: Constraint): boolean =>
      escapesClass(constraint.lTarget) || escapesClass(constraint.rTarget);
    this.#drivers = [...new Set((group.tasks ?? []).map((task) => task.driver))];
    this.#shared = constraints.filter((constraint) => !escapes(constraint));
    this.#escaping = constraints.filter(escapes);
  }

  /** Whether the outcome depends on more than classes: a blocked evaluation must then wake for any node. */
  get escapesClass(): boolean {
    return this.#escaping.length > 0;
  }

  /** What was learned of each class. */
  get classes(): ReadonlyMap<string, boolean> {
    return this.#byClass;
  }

  /** Why the node cannot run the group, or undefined when it can. */
  refuse(node: Node): string | undefined {
    const known = this.#byClass.get(node.computedClass);
    if (known === false) return BY_CLASS;
    if (known === undefined) {
      const reason = this.#refuseClass(node);
      this.#byClass.set(node.computedClass, reason === undefined);
      if (reason !== undefined) return reason;
    }
    const unmet = this.#escaping.find((constraint) => !meets(node, constraint));
    return unmet && constraintText(unmet);
  }

  #refuseClass(node: Node): string | undefined {
    const unmet = this.#shared.find((constraint) => !meets(node, constraint));
    if (unmet) return constraintText(unmet);
    const isMissing = this.#drivers.some((driver) => {
      const info = node.drivers?.[driver];
      return !(info?.detected && info.healthy);
    });
    return isMissing ? "missing drivers" : undefined;
  }
}

export function constraintsOf(job: Job, group: TaskGroup): readonly Constraint[] {
  const tasks = (group.tasks ?? []).flatMap((task) => task.constraints ?? []);
  return [...(job.constraints ?? []), ...(group.constraints ?? []), ...tasks];
}

/** On which level, if any, allocations must be on nodes of their own. */
export function distinctHosts(job: Job, group: TaskGroup): "job" | "group" | undefined {
  const asks = (constraints: readonly Constraint[] | null): boolean =>
    (constraints ?? []).some((constraint) => constraint.operand === "distinct_hosts" && constraint.rTarget !== "false");
  if (asks(job.constraints)) return "job";
  return asks(group.constraints) ? "group" : undefined;
}
