import { empty } from "#core/schema";
import { Node } from "#core/model";
import type { Fingerprint } from "#client/fingerprint";
import { type ClientConfig, connectMeta } from "./config.ts";
import type { NodeIdentity } from "./identity.ts";

/** The meta of a node by where it comes from, as `client/metadata` shows it. */
export interface NodeMeta {
  readonly meta: Readonly<Record<string, string>>;
  readonly dynamic: Readonly<Record<string, string | null>>;
  readonly static: Readonly<Record<string, string>>;
}

export function nodeMeta(config: ClientConfig, identity: NodeIdentity): NodeMeta {
  const fixed = { ...connectMeta, ...config.meta };
  const merged = Object.entries({ ...fixed, ...identity.dynamicMeta }).filter(([, value]) => value !== null);
  return { meta: Object.fromEntries(merged) as Record<string, string>, dynamic: identity.dynamicMeta, static: fixed };
}

/** The node as it registers. */
export function nodeRecord(config: ClientConfig, identity: NodeIdentity, fingerprint: Fingerprint): Node {
  return empty(Node, {
    id: identity.id,
    secretId: identity.secretId,
    datacenter: config.datacenter,
    name: config.name,
    httpAddr: config.fingerprint.advertiseAddress,
    attributes: { ...fingerprint.attributes },
    nodeResources: fingerprint.resources,
    reservedResources: fingerprint.reserved,
    links: {},
    meta: nodeMeta(config, identity).meta,
    nodeClass: config.nodeClass,
    nodePool: config.nodePool,
    schedulingEligibility: "eligible",
    status: "initializing",
    events: [],
    drivers: { ...fingerprint.drivers },
    csiControllerPlugins: {},
    csiNodePlugins: {},
    hostVolumes: {},
    nodeMaxAllocs: config.nodeMaxAllocs,
  });
}
