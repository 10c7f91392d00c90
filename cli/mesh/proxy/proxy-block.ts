import { err, failureOf, ok, type Result } from "#core/base";
import type { ExposedPath } from "#integrations/envoy";
import type { Opaque, UpstreamOption } from "./definition.ts";
import { exposedPathsOf } from "./settings.ts";

/** A `Proxy` block of a service definition, as Consul writes it. */
export interface ProxyBlock {
  readonly config: Opaque;
  readonly upstreams: readonly UpstreamOption[];
  readonly exposedPaths: readonly ExposedPath[];
}

/** The fields that are acted on; any other one is refused rather than passed over in silence. */
const fields: Readonly<Record<string, readonly string[]>> = {
  "": ["Config", "Upstreams", "Expose", "MeshGateway"],
  Upstreams: [
    "DestinationType",
    "DestinationName",
    "Datacenter",
    "LocalBindAddress",
    "LocalBindPort",
    "Config",
    "MeshGateway",
  ],
  Expose: ["Paths"],
  Paths: ["ListenerPort", "Path", "LocalPathPort", "Protocol"],
};

const modes = ["local", "remote", "none"];
const PORT_MAX = 65_535;

/** Reads the file of `-proxy`: JSON with the fields of Consul's `Proxy`. */
export function parseProxyBlock(text: string): Result<ProxyBlock> {
  let block: Opaque;
  try {
    block = JSON.parse(text) as Opaque;
  } catch (error) {
    return err("invalid", `-proxy: ${failureOf(error).message}`, { field: "-proxy" });
  }
  const upstreams = listOf(block["Upstreams"]);
  const paths = listOf((block["Expose"] as Opaque | undefined)?.["Paths"]);
  const wrong =
    strangeField(block, "", "") ??
    strangeField((block["Expose"] ?? {}) as Opaque, "Expose", "Expose") ??
    firstWrong(upstreams, "Upstreams", upstreamMistake) ??
    firstWrong(paths, "Paths", pathMistake) ??
    modeMistake(block["MeshGateway"]);
  if (wrong !== undefined) return err("invalid", `-proxy: ${wrong}`, { field: "-proxy" });
  const mode = modeOf(block["MeshGateway"]);
  return ok({
    config: (block["Config"] ?? {}) as Opaque,
    upstreams: upstreams.map((each) => upstreamOf(each, mode)),
    exposedPaths: exposedPathsOf(block["Expose"]),
  });
}

function upstreamOf(each: Opaque, mode: string | undefined): UpstreamOption {
  const meshGateway = modeOf(each["MeshGateway"]) ?? mode;
  return {
    service: textOf(each["DestinationName"]) ?? "",
    datacenter: textOf(each["Datacenter"]),
    bindAddress: textOf(each["LocalBindAddress"]) ?? "127.0.0.1",
    bindPort: Number(each["LocalBindPort"]),
    ...(each["Config"] !== undefined && { config: each["Config"] as Opaque }),
    ...(meshGateway !== undefined && { meshGateway }),
  };
}

function listOf(value: unknown): readonly Opaque[] {
  return Array.isArray(value) ? (value as readonly Opaque[]) : [];
}

function firstWrong(
  items: readonly Opaque[],
  kind: string,
  mistake: (item: Opaque) => string | undefined,
): string | undefined {
  for (const [at, item] of items.entries()) {
    const wrong = strangeField(item, kind, `${kind}[${at}]`) ?? mistake(item);
    if (wrong !== undefined) return `${kind}[${at}]: ${wrong}`;
  }
  return undefined;
}

function strangeField(block: Opaque, kind: string, place: string): string | undefined {
  const known = fields[kind] ?? [];
  const strange = Object.keys(block).find((name) => !known.includes(name));
  return strange && `${place === "" ? "" : `${place}.`}${strange} is not supported; known are ${known.join(", ")}`;
}

function upstreamMistake(each: Opaque): string | undefined {
  if (typeof each["DestinationName"] !== "string" || each["DestinationName"] === "")
    return "DestinationName is missing";
  if ((each["DestinationType"] ?? "service") !== "service") return "prepared queries are not supported";
  if (!isPort(each["LocalBindPort"])) return "LocalBindPort is no port";
  return modeMistake(each["MeshGateway"]);
}

function pathMistake(each: Opaque): string | undefined {
  if (!isPort(each["ListenerPort"])) return "ListenerPort is no port";
  if (!isPort(each["LocalPathPort"])) return "LocalPathPort is no port";
  if (!(textOf(each["Path"]) ?? "").startsWith("/")) return "Path does not begin with /";
  return ["http", "http2"].includes(textOf(each["Protocol"]) ?? "http")
    ? undefined
    : "Protocol is neither http nor http2";
}

function isPort(value: unknown): boolean {
  return Number.isInteger(value) && Number(value) > 0 && Number(value) <= PORT_MAX;
}

function modeOf(gateway: unknown): string | undefined {
  return (gateway as { readonly Mode?: string } | undefined)?.Mode;
}

function modeMistake(gateway: unknown): string | undefined {
  const mode = modeOf(gateway);
  return mode === undefined || modes.includes(mode) ? undefined : `MeshGateway.Mode is none of ${modes.join(", ")}`;
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}
