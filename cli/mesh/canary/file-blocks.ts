import type { Block, BodyContext } from "#core/hcl";
import {
  type CheckSource,
  defaultWebhook,
  type FurtherCheck,
  type Headers,
  type NoticeKind,
  type Tester,
  type Webhook,
} from "#core/delivery";
import { type FileValue, type Kind, readBlock } from "./file-values.ts";

type Values = ReadonlyMap<string, FileValue>;

const headerKinds: Readonly<Record<string, Kind>> = { headers: "map", secret_headers: "map" };
const sources = new Map<string, readonly string[]>([
  ["prometheus", []],
  ["web", []],
  ["command", []],
]);

/** `check "NAME" { interval = "30s" … prometheus { … } }`. */
export function checkFrom(block: Block, context: BodyContext): FurtherCheck | undefined {
  const kinds = { interval: "duration", timeout: "duration", failed_checks: "count" } as const;
  const { values, blocks } = readBlock(block, { kinds, blocks: sources }, context);
  const [source, second] = blocks;
  if (!source || second) {
    const place = second?.typeSpan ?? block.typeSpan;
    context.diagnostics.add(place, "What to check", "A check holds one block: prometheus, web or command.");
    return undefined;
  }
  const [intervalMs, timeoutMs] = [values.get("interval"), values.get("timeout")] as (number | undefined)[];
  return {
    name: block.labels[0]?.value ?? "",
    ...(intervalMs !== undefined && { intervalMs }),
    ...(timeoutMs !== undefined && { timeoutMs }),
    failedChecks: (values.get("failed_checks") as number | undefined) ?? 0,
    source: sourceFrom(source, context),
  };
}

function sourceFrom(block: Block, context: BodyContext): CheckSource {
  switch (block.type) {
    case "prometheus": {
      const kinds = { address: "text", query: "text", above: "number", below: "number", ...headerKinds } as const;
      const { values } = readBlock(block, { kinds, required: ["address", "query"] }, context);
      const [above, below] = [values.get("above"), values.get("below")] as (number | undefined)[];
      return {
        kind: "prometheus",
        address: textOf(values, "address"),
        query: textOf(values, "query"),
        ...(above !== undefined && { above }),
        ...(below !== undefined && { below }),
        ...headersOf(values),
      };
    }
    case "web": {
      const kinds = { url: "text", status: "count", ...headerKinds } as const;
      const { values } = readBlock(block, { kinds, required: ["url"] }, context);
      const status = (values.get("status") as number | undefined) ?? 200;
      return { kind: "web", url: textOf(values, "url"), status, ...headersOf(values) };
    }
    default: {
      const { values } = readBlock(block, { kinds: { args: "texts" }, required: ["args"] }, context);
      return { kind: "command", args: (values.get("args") as readonly string[] | undefined) ?? [] };
    }
  }
}

/** `testers { header = "x-canary" value = "1" }`: a header and a cookie in one block are two rules. */
export function testersFrom(block: Block, context: BodyContext): Tester[] {
  const kinds = { header: "text", cookie: "text", value: "text" } as const;
  const { values } = readBlock(block, { kinds }, context);
  const value = values.get("value") as string | undefined;
  const testers = (["header", "cookie"] as const).flatMap((kind): Tester[] => {
    const name = values.get(kind) as string | undefined;
    return name === undefined ? [] : [{ kind, name, ...(value !== undefined && { value }) }];
  });
  if (testers.length === 0)
    context.diagnostics.add(block.typeSpan, "Whom to lead there", "testers needs a header or a cookie.");
  return testers;
}

/** `mirror { percent = 10 }`, as the option has it. */
export function mirrorFrom(block: Block, context: BodyContext): string {
  const { values } = readBlock(block, { kinds: { percent: "percent" }, required: ["percent"] }, context);
  return textOf(values, "percent");
}

/** `webhook "URL" { events = ["ended"] … }`. */
export function webhookFrom(block: Block, context: BodyContext): Webhook {
  const kinds = { events: "texts", timeout: "duration", retries: "count", ...headerKinds } as const;
  const { values } = readBlock(block, { kinds }, context);
  const events = values.get("events") as readonly NoticeKind[] | undefined;
  return {
    url: block.labels[0]?.value ?? "",
    events: events ?? defaultWebhook.events,
    timeoutMs: (values.get("timeout") as number | undefined) ?? defaultWebhook.timeoutMs,
    retries: (values.get("retries") as number | undefined) ?? defaultWebhook.retries,
    ...headersOf(values),
  };
}

function headersOf(values: Values): Headers {
  const of = (name: string): Readonly<Record<string, string>> =>
    (values.get(name) as Readonly<Record<string, string>> | undefined) ?? {};
  return { headers: of("headers"), secretHeaders: of("secret_headers") };
}

function textOf(values: Values, name: string): string {
  return (values.get(name) as string | undefined) ?? "";
}
