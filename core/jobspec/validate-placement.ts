import type { Affinity, Constraint, Spread } from "#core/model";
import { compileRegex, parseVersionConstraint } from "#core/values";
import { failed, type Problems, quoted, repeated, when } from "./problems.ts";

const comparing = ["=", "==", "is", "!=", "not", "<", "<=", ">", ">="];
const sets = ["set_contains", "set_contains_all", "set_contains_any"];

/** Each constraint that is wrong, by its number. */
export function constraintProblems(constraints: readonly Constraint[] | null): Problems {
  return (constraints ?? []).flatMap((item, index) => failed(`Constraint ${index + 1}`, constraintFaults(item)));
}

function constraintFaults({ operand, lTarget, rTarget }: Constraint): Problems {
  const needsAttribute = operand !== "distinct_hosts";
  const missing = when([needsAttribute && lTarget === "", "no attribute provided but is required by operator"]);
  if (operand === "") return ["Missing constraint operand"];
  if (comparing.includes(operand) || sets.includes(operand))
    return [...when([rTarget === "", `Operator ${quoted(operand)} requires an RTarget`]), ...missing];
  switch (operand) {
    case "distinct_hosts":
      return [];
    case "distinct_property":
      return [...distinctPropertyFaults(rTarget), ...missing];
    case "is_set":
    case "is_not_set":
      return [...when([rTarget !== "", `Operator ${quoted(operand)} does not support an RTarget`]), ...missing];
    case "regexp":
    case "version":
    case "semver":
      return [...patternFaults(operand, rTarget), ...missing];
    default:
      return [`Unknown constraint type ${quoted(operand)}`, ...missing];
  }
}

function distinctPropertyFaults(value: string): Problems {
  if (value === "") return [];
  if (!/^\d+$/.test(value))
    return [
      `Failed to convert RTarget ${quoted(value)} to uint64: strconv.ParseUint: parsing ${quoted(value)}: invalid syntax`,
    ];
  return when([Number(value) < 1, `Distinct Property must have an allowed count of 1 or greater: ${value} < 1`]);
}

function patternFaults(operand: "regexp" | "version" | "semver", value: string): Problems {
  if (operand === "regexp") {
    const compiled = compileRegex(value);
    return compiled.ok ? [] : [`Regular expression failed to compile: ${compiled.failure.message}`];
  }
  if (parseVersionConstraint(operand, value) !== undefined) return [];
  return operand === "version"
    ? [`Version constraint is invalid: malformed constraint: ${value}`]
    : [`Semver constraint is invalid: Malformed constraint: ${value}`];
}

export function affinityProblems(affinities: readonly Affinity[] | null): Problems {
  return (affinities ?? []).flatMap((item, index) => failed(`Affinity ${index + 1}`, affinityFaults(item)));
}

function affinityFaults({ operand, lTarget, rTarget, weight }: Affinity): Problems {
  return [
    ...affinityOperandFaults(operand, lTarget, rTarget),
    ...when(
      [weight > 100 || weight < -100, "Affinity weight must be within the range [-100,100]"],
      [weight === 0, "Affinity weight cannot be zero"],
    ),
  ];
}

function affinityOperandFaults(operand: string, lTarget: string, rTarget: string): Problems {
  if (operand === "") return ["Missing affinity operand"];
  const missing = when([lTarget === "", "no attribute provided but is required by operator"]);
  if (comparing.includes(operand) || sets.includes(operand))
    return [...when([rTarget === "", `Operator ${quoted(operand)} requires an RTarget`]), ...missing];
  if (operand === "regexp" || operand === "version" || operand === "semver")
    return [...patternFaults(operand, rTarget), ...missing];
  return [`Unknown affinity operator ${quoted(operand)}`];
}

export function spreadProblems(spreads: readonly Spread[] | null): Problems {
  return (spreads ?? []).flatMap((item, index) => failed(`Spread ${index + 1}`, spreadFaults(item)));
}

function spreadFaults({ attribute, weight, spreadTarget }: Spread): Problems {
  const targets = spreadTarget ?? [];
  const names = targets.map((target) => target.value);
  const sum = targets.reduce((total, target) => total + target.percent, 0);
  return [
    ...when(
      [attribute === "", "Missing spread attribute"],
      [weight <= 0 || weight > 100, "Spread block must have a positive weight from 0 to 100"],
    ),
    ...repeated(names).map((name) => `Spread target value ${quoted(name)} already defined`),
    ...targets
      .filter((target) => target.percent < 0 || target.percent > 100)
      .map((target) => `Spread target percentage for value ${quoted(target.value)} must be between 0 and 100`),
    ...when([sum > 100, `Sum of spread target percentages must not be greater than 100%; got ${sum}%`]),
  ];
}
