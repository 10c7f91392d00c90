import type { Constraint, Node } from "#core/model";
import { compileRegex, parseSemver, parseVersion, parseVersionConstraint, satisfies } from "#core/values";

/** What a target stands for on a node; undefined when the node has no such thing. A target without `${` is itself. */
export function resolveTarget(node: Node, target: string): string | undefined {
  if (!target.startsWith("${")) return target;
  const name = target.slice(2, -1);
  switch (name) {
    case "node.unique.id":
      return node.id;
    case "node.datacenter":
      return node.datacenter;
    case "node.unique.name":
      return node.name;
    case "node.class":
      return node.nodeClass;
    case "node.pool":
      return node.nodePool;
  }
  if (name.startsWith("attr.")) return node.attributes?.[name.slice("attr.".length)];
  if (name.startsWith("meta.")) return node.meta?.[name.slice("meta.".length)];
  return undefined;
}

/** Whether a node meets a constraint. `distinct_hosts` and `distinct_property` look at allocations and are not here. */
export function meets(node: Node, constraint: Constraint): boolean {
  const left = resolveTarget(node, constraint.lTarget);
  const right = resolveTarget(node, constraint.rTarget);
  switch (constraint.operand) {
    case "!=":
    case "not":
      return left !== right;
    case "is_set":
    case "set":
      return left !== undefined;
    case "is_not_set":
      return left === undefined;
  }
  return left !== undefined && right !== undefined && compares(constraint.operand, left, right);
}

function compares(operand: string, left: string, right: string): boolean {
  switch (operand) {
    case "=":
    case "==":
    case "is":
      return left === right;
    case "<":
      return order(left, right) < 0;
    case "<=":
      return order(left, right) <= 0;
    case ">":
      return order(left, right) > 0;
    case ">=":
      return order(left, right) >= 0;
    case "version":
      return matchesVersion("version", left, right);
    case "semver":
      return matchesVersion("semver", left, right);
    case "regexp":
      return matchesPattern(left, right);
    case "set_contains":
    case "set_contains_all":
      return words(right).every((word) => words(left).includes(word));
    case "set_contains_any":
      return words(right).some((word) => words(left).includes(word));
    default:
      return false;
  }
}

function matchesVersion(kind: "version" | "semver", value: string, text: string): boolean {
  const version = kind === "version" ? parseVersion(value) : parseSemver(value);
  const constraint = parseVersionConstraint(kind, text);
  return version !== undefined && constraint !== undefined && satisfies(version, constraint);
}

/** In linear time, whatever the pattern: it comes from a job's author. */
function matchesPattern(value: string, pattern: string): boolean {
  const regex = compileRegex(pattern);
  return regex.ok && regex.value.test(value);
}

/** As numbers when both are, else as texts. */
function order(left: string, right: string): number {
  const [a, b] = [Number(left), Number(right)];
  if (left.trim() !== "" && right.trim() !== "" && Number.isFinite(a) && Number.isFinite(b)) return a - b;
  return left < right ? -1 : left > right ? 1 : 0;
}

function words(list: string): string[] {
  return list.split(",").map((word) => word.trim());
}

/** The text under which metrics count a constraint. */
export function constraintText({ lTarget, operand, rTarget }: Constraint): string {
  return [lTarget, operand, rTarget].filter((part) => part !== "").join(" ");
}
