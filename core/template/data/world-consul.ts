import { int, Int, List, NilPointer, strings, Struct, type Value, GoMap, plainText } from "../values/value.ts";
import { compareText } from "../values/bytes.ts";
import { timeValue, utcMoment } from "../functions/time-value.ts";
import { type CertificateRequest, makeCertificate, type MadeCertificate } from "../certificates/certificate.ts";
import type { Certificate } from "../engine/host.ts";
import type { Dependency, DependencyOf } from "./dependency.ts";
import {
  caRootType,
  catalogNodeServiceType,
  catalogNodeType,
  catalogSnippetType,
  healthCheckType,
  healthServiceType,
  keyPairType,
  leafCertType,
  nodeType,
  serviceAddressType,
  stringMapOf,
  weightsType,
} from "./objects.ts";
import type { Answer } from "./snapshot.ts";
import { absent, found, listAnswer, refused, unsupported, type WorldTools } from "./answers.ts";

type TextMap = Readonly<Record<string, string>>;

interface CheckData {
  readonly id: string;
  readonly status: string;
  readonly name?: string;
  readonly output?: string;
  readonly notes?: string;
}

interface ServiceData {
  readonly name: string;
  readonly id?: string;
  readonly port?: number;
  readonly address?: string;
  readonly tags?: readonly string[];
  readonly meta?: TextMap;
  readonly weights?: { readonly passing?: number; readonly warning?: number };
  readonly tagged_addresses?: Readonly<Record<string, { readonly address: string; readonly port: number }>>;
  readonly enable_tag_override?: boolean;
  readonly connect_native?: boolean;
  readonly kind?: string;
  readonly destination?: string;
  readonly checks?: readonly CheckData[];
}

interface NodeData {
  readonly node: string;
  readonly address: string;
  readonly id?: string;
  readonly meta?: TextMap;
  readonly tagged_addresses?: TextMap;
  readonly checks?: readonly CheckData[];
  readonly services?: readonly ServiceData[];
}

export interface ConsulData {
  readonly kv?: Readonly<Record<string, string | { readonly value: string; readonly flags?: number }>>;
  readonly nodes?: readonly NodeData[];
}

const DATACENTER = "dc1";
const INDEX = 10;
const AUTHORITY_DAYS = 3650;
const TRUST_DOMAIN = "11111111-2222-3333-4444-555555555555.consul";
const LEAF_DAYS = 3;

/** The agent that answers, as a node of its own catalog. */
const agentNode: NodeData = {
  node: "agent-one",
  address: "127.0.0.1",
  id: "00000000-0000-4000-8000-000000000001",
  tagged_addresses: { lan: "127.0.0.1", wan: "127.0.0.1" },
  checks: [{ id: "serfHealth", status: "passing", name: "Serf Health Status", output: "Agent alive and reachable" }],
  services: [{ name: "consul", port: 8300 }],
};

const idOf = (service: ServiceData): string => service.id ?? service.name;
const sorted = (texts: Iterable<string>): string[] => [...texts].sort(compareText);

function statusOf(checks: readonly CheckData[]): string {
  const isMaintenance = checks.some(({ id }) => id === "_node_maintenance" || id.startsWith("_service_maintenance:"));
  if (isMaintenance) return "maintenance";
  const has = (status: string): boolean => checks.some((check) => check.status === status);
  return has("critical") ? "critical" : has("warning") ? "warning" : "passing";
}

export class ConsulWorld {
  readonly #data: ConsulData;
  readonly #tools: WorldTools;
  #authority: Certificate | string | undefined;
  readonly #nodes: readonly NodeData[];

  constructor(data: ConsulData, tools: WorldTools) {
    this.#data = data;
    this.#tools = tools;
    this.#nodes = [agentNode, ...(data.nodes ?? [])].sort((left, right) => compareText(left.node, right.node));
  }

  answerTo(dependency: Dependency): Answer {
    if ("datacenter" in dependency && dependency.datacenter !== "" && dependency.datacenter !== DATACENTER)
      return refused("Unexpected response code: 500 (No path to datacenter)");
    switch (dependency.kind) {
      case "key":
        return this.#key(dependency.path);
      case "keyList":
        return this.#keyList(dependency.prefix);
      case "service":
        return this.#service(dependency);
      case "services":
        return this.#services();
      case "nodes":
        return listAnswer(this.#nodes.map(nodeValue), "*dependency.Node");
      case "node":
        return this.#node(dependency.node);
      case "datacenters":
        return found(strings([DATACENTER]));
      case "caRoots":
        return this.#roots();
      case "caLeaf":
        return this.#leaf(dependency.service);
      default:
        return unsupported(dependency);
    }
  }

  #key(path: string): Answer {
    const entry = this.#data.kv?.[path];
    return entry === undefined ? absent : found(typeof entry === "string" ? entry : entry.value);
  }

  #keyList(prefix: string): Answer {
    const base = prefix.endsWith("/") || prefix === "" ? prefix : `${prefix}/`;
    const pairs = sorted(Object.keys(this.#data.kv ?? {}))
      .filter((path) => path.startsWith(base))
      .map((path) => this.#pair(path, path.slice(base.length)));
    return listAnswer(pairs, "*dependency.KeyPair");
  }

  #pair(path: string, key: string): Struct {
    const entry = this.#data.kv?.[path] ?? "";
    const index = new Int("uint64", INDEX);
    return new Struct(keyPairType, {
      Path: path,
      Key: key,
      Value: typeof entry === "string" ? entry : entry.value,
      Exists: true,
      CreateIndex: index,
      ModifyIndex: index,
      LockIndex: new Int("uint64", 0),
      Flags: new Int("uint64", typeof entry === "string" ? 0 : (entry.flags ?? 0)),
      Session: "",
    });
  }

  #service(wanted: DependencyOf<"service">): Answer {
    const isWanted = (service: ServiceData): boolean => {
      if (wanted.tag !== "" && service.tags?.includes(wanted.tag) !== true) return false;
      if (!wanted.isConnect) return service.name === wanted.service;
      const isProxy = service.kind === "connect-proxy" && service.destination === wanted.service;
      return isProxy || (service.connect_native === true && service.name === wanted.service);
    };
    const instances = this.#nodes.flatMap((node) =>
      (node.services ?? [])
        .filter(isWanted)
        .toSorted((left, right) => compareText(idOf(left), idOf(right)))
        .map((service) => healthService(node, service)),
    );
    const kept = instances.filter(
      ({ values }) => wanted.filters.includes("any") || wanted.filters.includes(plainText(values["Status"])),
    );
    return listAnswer(kept, "*dependency.HealthService");
  }

  #services(): Answer {
    const tags = new Map<string, Set<string>>();
    for (const service of this.#nodes.flatMap((node) => node.services ?? [])) {
      const known = tags.get(service.name) ?? new Set<string>();
      for (const tag of service.tags ?? []) known.add(tag);
      tags.set(service.name, known);
    }
    const snippets = sorted(tags.keys()).map(
      (name) =>
        new Struct(catalogSnippetType, {
          Name: name,
          Tags: strings(sorted(tags.get(name) ?? []), "dependency.ServiceTags"),
        }),
    );
    return listAnswer(snippets, "*dependency.CatalogSnippet");
  }

  #node(name: string): Answer {
    const node = this.#nodes.find((candidate) => candidate.node === (name === "" ? agentNode.node : name));
    if (node === undefined)
      return found(
        new Struct(catalogNodeType, {
          Node: new NilPointer("*dependency.Node", nodeType.fields),
          Services: new List([]),
        }),
      );
    const services = (node.services ?? [])
      .toSorted((left, right) => compareText(left.name, right.name) || compareText(idOf(left), idOf(right)))
      .map(nodeService);
    return found(
      new Struct(catalogNodeType, {
        Node: nodeValue(node),
        Services: new List(services, "*dependency.CatalogNodeService"),
      }),
    );
  }

  #roots(): Answer {
    const made = this.#certificateAuthority();
    if (typeof made === "string") return refused(made);
    const root = new Struct(caRootType, {
      ID: colonHex(this.#tools, 20),
      Name: "Consul CA Root Cert",
      RootCertPEM: made.certPem,
      Active: true,
      CreateIndex: new Int("uint64", INDEX),
      ModifyIndex: new Int("uint64", INDEX),
    });
    return listAnswer([root], "*api.CARoot");
  }

  /** The mesh's authority: made when it is first asked for, then always the same. */
  #certificateAuthority(): Certificate | string {
    const request = { commonName: "Consul CA", days: AUTHORITY_DAYS, isAuthority: true } as const;
    this.#authority ??= this.#certificate({ ...request, uris: [`spiffe://${TRUST_DOMAIN}`] });
    return this.#authority;
  }

  #certificate(request: Omit<CertificateRequest, "keyKind">): MadeCertificate | string {
    const { cryptography, nowMs, random } = this.#tools;
    if (cryptography === undefined) return "no certificate authority is known";
    return makeCertificate({ ...request, keyKind: "ecdsa" }, { cryptography, nowMs, random });
  }

  #leaf(service: string): Answer {
    const uri = `spiffe://${TRUST_DOMAIN}/ns/default/dc/${DATACENTER}/svc/${service}`;
    const authority = this.#certificateAuthority();
    if (typeof authority === "string") return refused(authority);
    const made = this.#certificate({ commonName: service, uris: [uri], days: LEAF_DAYS, authority });
    if (typeof made === "string") return refused(made);
    const { nowMs } = this.#tools;
    const leaf = new Struct(leafCertType, {
      SerialNumber: made.serial,
      CertPEM: made.certPem,
      PrivateKeyPEM: made.keyPem,
      Service: service,
      ServiceURI: uri,
      ValidAfter: timeValue(utcMoment(nowMs)),
      ValidBefore: timeValue(utcMoment(nowMs + LEAF_DAYS * 86_400_000)),
      CreateIndex: new Int("uint64", INDEX),
      ModifyIndex: new Int("uint64", INDEX),
    });
    return found(leaf, [made.keyPem]);
  }
}

function colonHex({ random }: WorldTools, bytes: number): string {
  return Array.from({ length: bytes }, () => random.below(256).toString(16).padStart(2, "0")).join(":");
}

function nodeValue(node: NodeData): Struct {
  return new Struct(nodeType, {
    ID: node.id ?? "",
    Node: node.node,
    Address: node.address,
    Datacenter: DATACENTER,
    TaggedAddresses: stringMapOf(node.tagged_addresses),
    Meta: stringMapOf(node.meta),
  });
}

function nodeService(service: ServiceData): Struct {
  return new Struct(catalogNodeServiceType, {
    ID: idOf(service),
    Service: service.name,
    Tags: strings(sorted(service.tags ?? []), "dependency.ServiceTags"),
    Meta: stringMapOf(service.meta),
    Port: int(service.port ?? 0),
    Address: service.address ?? "",
    EnableTagOverride: service.enable_tag_override ?? false,
  });
}

function healthService(node: NodeData, service: ServiceData): Struct {
  const checks = [...(node.checks ?? []), ...(service.checks ?? [])];
  const addresses = Object.entries(service.tagged_addresses ?? {}).map(([name, { address, port }]): [string, Value] => [
    name,
    new Struct(serviceAddressType, { Address: address, Port: int(port) }),
  ]);
  return new Struct(healthServiceType, {
    Node: node.node,
    NodeID: node.id ?? "",
    NodeAddress: node.address,
    NodeDatacenter: DATACENTER,
    NodeTaggedAddresses: stringMapOf(node.tagged_addresses),
    NodeMeta: stringMapOf(node.meta),
    ServiceMeta: stringMapOf(service.meta),
    Address: service.address ?? node.address,
    ServiceTaggedAddresses: new GoMap({ key: "string", element: "api.ServiceAddress" }, addresses),
    ID: idOf(service),
    Name: service.name,
    Tags: strings(sorted(service.tags ?? []), "dependency.ServiceTags"),
    Checks: new List(
      checks.map((check) => checkValue(node, service, check)),
      "*api.HealthCheck",
      "api.HealthChecks",
    ),
    Status: statusOf(checks),
    Port: int(service.port ?? 0),
    Weights: new Struct(weightsType, {
      Passing: int(service.weights?.passing ?? 1),
      Warning: int(service.weights?.warning ?? 1),
    }),
    Namespace: "",
  });
}

function checkValue(node: NodeData, service: ServiceData, check: CheckData): Struct {
  const isNodes = node.checks?.includes(check) === true;
  return new Struct(healthCheckType, {
    Node: node.node,
    CheckID: check.id,
    Name: check.name ?? "",
    Status: check.status,
    Notes: check.notes ?? "",
    Output: check.output ?? "",
    ServiceID: isNodes ? "" : idOf(service),
    ServiceName: isNodes ? "" : service.name,
    ServiceTags: strings(isNodes ? [] : (service.tags ?? [])),
    Type: "",
    Namespace: "",
  });
}
