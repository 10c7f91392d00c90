/** Blocks that say where and how allocations run: constraints, affinities, spreads, policies. */
import {
  Affinity,
  Constraint,
  DisconnectStrategy,
  EphemeralDisk,
  MigrateStrategy,
  ReschedulePolicy,
  RestartPolicy,
  ScalingPolicy,
  Spread,
  SpreadTarget,
  UpdateStrategy,
} from "#core/model";
import { block, type Draft, type Extras, free, list } from "./block.ts";

const shorthandTexts = ["version", "semver", "regexp", "set_contains"] as const;

/** `version = "> 1"` is `operator = "version"`, `value = "> 1"`; of several the last of this order wins. */
function withShorthand(draft: Draft, extras: Extras, names: readonly string[]): Draft {
  const result = { ...draft };
  for (const name of names) {
    const value = extras[name];
    if (typeof value !== "string" || value === "") continue;
    result["operand"] = name;
    result["rTarget"] = value;
  }
  return result;
}

function finishConstraint(draft: Draft, extras: Extras): Draft {
  const result = withShorthand(draft, extras, shorthandTexts);
  if (typeof extras["distinct_hosts"] === "boolean") {
    result["operand"] = "distinct_hosts";
    result["rTarget"] = String(extras["distinct_hosts"]);
  }
  const property = extras["distinct_property"];
  if (typeof property === "string" && property !== "") {
    result["operand"] = "distinct_property";
    result["lTarget"] = property;
  }
  return result["operand"] === "" ? { ...result, operand: "=" } : result;
}

function finishAffinity(draft: Draft, extras: Extras): Draft {
  const result = withShorthand(draft, extras, [...shorthandTexts, "set_contains_all", "set_contains_any"]);
  return result["operand"] === "" ? { ...result, operand: "=" } : result;
}

const text = "text" as const;

/** The last four shorthands are accepted and have no effect, as in the compatible parser. */
export const constraint = block(Constraint, "attribute=lTarget operator=operand value=rTarget", {
  extras: {
    version: text,
    semver: text,
    regexp: text,
    set_contains: text,
    distinct_hosts: "bool",
    distinct_property: text,
    set_contains_all: text,
    set_contains_any: text,
    is_set: text,
    is_not_set: text,
  },
  finish: finishConstraint,
});

export const affinity = block(Affinity, "attribute=lTarget operator=operand value=rTarget weight", {
  extras: {
    version: text,
    semver: text,
    regexp: text,
    set_contains: text,
    set_contains_all: text,
    set_contains_any: text,
  },
  ranges: { weight: [-128, 127] },
  truncated: ["weight"],
  finish: finishAffinity,
});

const target = block(SpreadTarget, "percent", { label: "value", ranges: { percent: [0, 255] } });

export const spread = block(Spread, "attribute weight", {
  blocks: { target: list("spreadTarget", target) },
  ranges: { weight: [-128, 127] },
});

export const restart = block(RestartPolicy, "attempts interval delay mode render_templates");
export const reschedule = block(ReschedulePolicy, "attempts interval delay delay_function max_delay unlimited");
export const migrate = block(MigrateStrategy, "max_parallel health_check min_healthy_time healthy_deadline");
export const disconnect = block(DisconnectStrategy, "lost_after stop_on_client_after replace reconcile");
export const ephemeralDisk = block(EphemeralDisk, "sticky migrate size=sizeMb");

export const update = block(
  UpdateStrategy,
  `stagger max_parallel health_check min_healthy_time healthy_deadline progress_deadline canary auto_revert auto_promote`,
);

const scalingAttributes = "enabled min max type";

export const groupScaling = block(ScalingPolicy, scalingAttributes, {
  blocks: { policy: free("policy") },
  required: ["max"],
  finish: (draft, _extras, report) => {
    if (draft["type"] !== "" && draft["type"] !== "horizontal")
      report(
        "Invalid group scaling type",
        `The scaling of a group is of type "horizontal", not "${String(draft["type"])}".`,
        "type",
      );
    return { ...draft, type: "horizontal" };
  },
});

const verticalTypes: Readonly<Record<string, string>> = { cpu: "vertical_cpu", mem: "vertical_mem" };

/** Which resource a task's scaling block is about is its label. */
export const taskScaling = block(ScalingPolicy, scalingAttributes, {
  label: { name: "name", field: undefined },
  blocks: { policy: free("policy") },
  finish: (draft, _extras, report, label) => {
    const type = verticalTypes[label.toLowerCase()];
    if (type === undefined)
      report("Invalid scaling policy name", `The scaling of a task is about "cpu" or "mem", not "${label}".`);
    else if (draft["type"] !== "" && draft["type"] !== type)
      report(
        "Invalid scaling policy type",
        `The type of scaling "${label}" is "${type}", not "${String(draft["type"])}".`,
        "type",
      );
    return { ...draft, type: type ?? "" };
  },
});
