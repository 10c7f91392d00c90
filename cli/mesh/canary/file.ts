import { err, ok, type Result } from "#core/base";
import { type Block, type BodyContext, contentOf, Diagnostics, hasErrors, parseHcl, renderDiagnostic } from "#core/hcl";
import type { FurtherCheck, Tester, Webhook } from "#core/delivery";
import { checkFrom, mirrorFrom, testersFrom, webhookFrom } from "./file-blocks.ts";
import { type Kind, readBlock } from "./file-values.ts";

/** A canary written down: its service, and values by the name of the option that they stand for. */
export interface CanaryFile {
  readonly service: string;
  readonly values: ReadonlyMap<string, string | number | boolean>;
  readonly checks: readonly FurtherCheck[];
  readonly testers: readonly Tester[];
  readonly webhooks: readonly Webhook[];
}

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
  gates: "percents",
};

const inside = new Map<string, readonly string[]>([
  ["check", ["name"]],
  ["testers", []],
  ["mirror", []],
  ["webhook", ["url"]],
]);

/** Reads `canary "api" { from = "v1" … }`; every problem is reported with its place. */
export function readCanaryFile(text: string, file: string): Result<CanaryFile> {
  const parsed = parseHcl(text, file);
  const diagnostics = new Diagnostics(parsed.source);
  const context = { source: parsed.source, diagnostics };
  const schema = { attributes: new Set<string>(), blocks: new Map([["canary", ["service"]]]) };
  const blocks = hasErrors(parsed.diagnostics) ? [] : contentOf(parsed.body, schema, context).blocks;
  const [block, second] = blocks;
  if (second) diagnostics.add(second.typeSpan, "Second canary", "A file holds one canary block.");
  const canary = block && canaryFrom(block, context);
  const problems = [...parsed.diagnostics, ...diagnostics.sorted()];
  if (hasErrors(problems)) return err("invalid", problems.map(renderDiagnostic).join("\n").trimEnd());
  if (canary) return ok(canary);
  return err("invalid", `${file} holds no canary block`, { hint: 'write canary "SERVICE" { … }' });
}

function canaryFrom(block: Block, context: BodyContext): CanaryFile {
  const { values, blocks } = readBlock(block, { kinds, blocks: inside }, context);
  const all = new Map<string, string | number | boolean>();
  for (const [name, value] of values) all.set(optionOf(name), value as string | number | boolean);
  const of = (type: string): Block[] => blocks.filter((each) => each.type === type);
  const [mirror, second] = of("mirror");
  if (mirror) all.set("mirror", mirrorFrom(mirror, context));
  if (second) context.diagnostics.add(second.typeSpan, "Second mirror", "A canary holds one mirror block.");
  return {
    service: block.labels[0]?.value ?? "",
    values: all,
    checks: of("check").flatMap((each) => checkFrom(each, context) ?? []),
    testers: of("testers").flatMap((each) => testersFrom(each, context)),
    webhooks: of("webhook").map((each) => webhookFrom(each, context)),
  };
}

function optionOf(name: string): string {
  return name === "gates" ? "gate" : name.replaceAll("_", "-");
}
