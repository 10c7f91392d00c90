import { err, ok, type Result } from "#core/base";
import {
  type Attribute,
  type Block,
  type BodyContext,
  contentOf,
  Diagnostics,
  emptyScope,
  Evaluator,
  hasErrors,
  parseHcl,
  type Plain,
  plainValue,
  renderDiagnostic,
} from "#core/hcl";

/** A canary written down: its service, and values by the name of the option that they stand for. */
export interface CanaryFile {
  readonly service: string;
  readonly values: ReadonlyMap<string, string | number | boolean>;
}

type Kind = "text" | "percent" | "percents" | "count" | "bool";

/** Arguments of the block, named like the options with underscores. */
const kinds: Readonly<Record<string, Kind>> = {
  from: "text",
  to: "text",
  steps: "percents",
  interval: "text",
  warm_up: "text",
  max_hold: "text",
  failed_checks: "count",
  max_errors: "percent",
  max_p99: "text",
  keep: "bool",
  subset_by: "text",
};

const wanted: Readonly<Record<Kind, string>> = {
  text: 'a text, such as "30s"',
  percent: "a number of per cent",
  percents: "a list of numbers, such as [5, 25, 50, 100]",
  count: "a whole number",
  bool: "true or false",
};

/** Reads `canary "api" { from = "v1" … }`; every problem is reported with its place. */
export function readCanaryFile(text: string, file: string): Result<CanaryFile> {
  const parsed = parseHcl(text, file);
  const diagnostics = new Diagnostics(parsed.source);
  const context = { source: parsed.source, diagnostics };
  const schema = { attributes: new Set<string>(), blocks: new Map([["canary", ["service"]]]) };
  const blocks = hasErrors(parsed.diagnostics) ? [] : contentOf(parsed.body, schema, context).blocks;
  const [block, second] = blocks;
  if (second) diagnostics.add(second.typeSpan, "Second canary", "A file holds one canary block.");
  const values = block ? valuesOf(block, context) : new Map<string, string | number | boolean>();
  const problems = [...parsed.diagnostics, ...diagnostics.sorted()];
  if (hasErrors(problems)) return err("invalid", problems.map(renderDiagnostic).join("\n").trimEnd());
  if (!block) return err("invalid", `${file} holds no canary block`, { hint: 'write canary "SERVICE" { … }' });
  return ok({ service: block.labels[0]?.value ?? "", values });
}

function valuesOf(block: Block, context: BodyContext): Map<string, string | number | boolean> {
  const schema = { attributes: new Set(Object.keys(kinds)), blocks: new Map<string, readonly string[]>() };
  const evaluator = new Evaluator(context.source, { diagnostics: context.diagnostics });
  const values = new Map<string, string | number | boolean>();
  for (const [name, attribute] of contentOf(block.body, schema, context).attributes) {
    const value = optionValue(plainValue(evaluator.evaluate(attribute.expression, emptyScope)), kinds[name] ?? "text");
    if (value === undefined) refuse(attribute, name, context);
    else values.set(name.replaceAll("_", "-"), value);
  }
  return values;
}

/** As the option would have it; undefined for a value of another kind. */
function optionValue(value: Plain, kind: Kind): string | number | boolean | undefined {
  switch (kind) {
    case "text":
      return typeof value === "string" ? value : undefined;
    case "percent":
      return typeof value === "number" ? String(value) : undefined;
    case "percents":
      return Array.isArray(value) && value.every((item) => typeof item === "number") ? value.join(",") : undefined;
    case "count":
      return Number.isInteger(value) ? (value as number) : undefined;
    case "bool":
      return typeof value === "boolean" ? value : undefined;
  }
}

function refuse(attribute: Attribute, name: string, { diagnostics }: BodyContext): void {
  diagnostics.add(attribute.expression, "Invalid value", `${name} must be ${wanted[kinds[name] ?? "text"]}.`);
}
