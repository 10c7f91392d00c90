import { lastField, readFields } from "./wire.ts";

/**
 * Requests read by hand: the node that an Envoy names in its first one has over 500 extensions, of which only its id
 * matters here, and thousands of Envoys come at once after a restart.
 */
export interface DiscoveryAsked {
  /** Undefined where the request has no node. */
  readonly nodeId: string | undefined;
  readonly typeUrl: string;
  readonly nonce: string;
  readonly refusal: string | undefined;
}

export interface DeltaAsked extends DiscoveryAsked {
  readonly subscribe: readonly string[];
  readonly unsubscribe: readonly string[];
  readonly known: Readonly<Record<string, string>>;
}

export interface WholeAsked extends DiscoveryAsked {
  readonly names: readonly string[];
  readonly version: string;
}

/** `DeltaDiscoveryRequest`: node 1, type_url 2, subscribe 3, unsubscribe 4, initial_resource_versions 5, nonce 6, error_detail 7. */
export function readDelta(bytes: Uint8Array): DeltaAsked {
  const fields = readFields(bytes);
  const known = fields.filter(({ number }) => number === 5).map(({ value }) => readFields(value));
  return {
    nodeId: inner(fields, 1, 1),
    typeUrl: text(fields, 2) ?? "",
    subscribe: texts(fields, 3),
    unsubscribe: texts(fields, 4),
    known: Object.fromEntries(known.map((entry) => [text(entry, 1) ?? "", text(entry, 2) ?? ""])),
    nonce: text(fields, 6) ?? "",
    refusal: inner(fields, 7, 2),
  };
}

/** `DiscoveryRequest`: version_info 1, node 2, resource_names 3, type_url 4, nonce 5, error_detail 6. */
export function readWhole(bytes: Uint8Array): WholeAsked {
  const fields = readFields(bytes);
  return {
    nodeId: inner(fields, 2, 1),
    typeUrl: text(fields, 4) ?? "",
    names: texts(fields, 3),
    version: text(fields, 1) ?? "",
    nonce: text(fields, 5) ?? "",
    refusal: inner(fields, 6, 2),
  };
}

type Fields = ReturnType<typeof readFields>;

function texts(fields: Fields, wanted: number): string[] {
  return fields.filter(({ number }) => number === wanted).map(({ value }) => Buffer.from(value).toString("utf8"));
}

/** The last one counts, as everywhere in protobuf. */
function text(fields: Fields, wanted: number): string | undefined {
  return texts(fields, wanted).at(-1);
}

/** A text inside a message: `error_detail.message`, `node.id`; empty where the message has none. */
function inner(fields: Fields, message: number, wanted: number): string | undefined {
  const value = fields.findLast(({ number }) => number === message)?.value;
  const found = value && lastField(value, wanted);
  return value && Buffer.from(found ?? []).toString("utf8");
}
