import { CallFault } from "../language/fault.ts";
import type { DependencyOf } from "./dependency.ts";

/** The texts that name dependencies, parsed once: `tag.service?ns=a@dc~near|filter`, `path@namespace.region`, … */
const QUERY = String.raw`(?:\?(?<query>[A-Za-z0-9_\-=&%.,]+))?`;
const DATACENTER = String.raw`(?:@(?<dc>[\w.\-_]+))?`;
const NEAR = String.raw`(?:~(?<near>[\w.\-_]+))?`;
const serviceForm = new RegExp(
  String.raw`^(?:(?<tag>[\w=:.\-_]+)\.)?(?<name>[\w\-_]+)${QUERY}${DATACENTER}${NEAR}(?:\|(?<filter>[\w,]+))?$`,
);
const servicesForm = new RegExp(`^${QUERY}${DATACENTER}$`);
const nodesForm = new RegExp(`^${QUERY}${DATACENTER}${NEAR}$`);
const nodeForm = new RegExp(String.raw`^(?<name>[\w.\-_]+)?${QUERY}${DATACENTER}$`);
const keyForm = new RegExp(String.raw`^/?(?<path>[^@?]*)${QUERY}${DATACENTER}$`);
const nomadServiceForm = /^(?:(?<tag>[\w=:.\-_]+)\.)?(?<name>[\w\-_]+)(?:@(?<region>[\w.\-_]+))?$/;
const nomadServicesForm = /^(?:@(?<region>[\w.\-_]+))?$/;
const variableForm = /^\/?(?<path>[^@]*)(?:@(?<namespace>[\w*-]+)?(?:\.(?<region>[\w-]+))?)?$/;

const scopeKeys = ["ns", "peer", "partition", "sameness-group"];
const filters = ["any", "passing", "warning", "critical", "maintenance"];

function match(form: RegExp, text: string, source: string): Readonly<Record<string, string | undefined>> {
  const found = form.exec(text);
  if (found === null) throw new CallFault(`${source}: invalid format: ${JSON.stringify(text)}`);
  return found.groups ?? {};
}

interface Scope {
  readonly datacenter: string;
  readonly namespace: string;
  readonly partition: string;
  readonly peer: string;
  readonly samenessGroup: string;
}

function scopeOf(groups: Readonly<Record<string, string | undefined>>, source: string): Scope {
  const query = groups["query"] ?? "";
  const found = new Map<string, string>();
  for (const pair of query.split("&").filter((part) => part !== "")) {
    const [key = "", value = ""] = pair.split("=");
    if (!scopeKeys.includes(key)) {
      const wrong = `invalid query parameter key ${JSON.stringify(key)} in query ${JSON.stringify(query)}`;
      throw new CallFault(`${source}: ${wrong}: supported keys: ${scopeKeys.join(",")}`);
    }
    found.set(key, value);
  }
  return {
    datacenter: groups["dc"] ?? "",
    namespace: found.get("ns") ?? "",
    partition: found.get("partition") ?? "",
    peer: found.get("peer") ?? "",
    samenessGroup: found.get("sameness-group") ?? "",
  };
}

function withScope(name: string, { datacenter, namespace, partition, peer }: Scope): string {
  const parts = [name, datacenter === "" ? "" : `@${datacenter}`];
  if (namespace !== "") parts.push(`@ns=${namespace}`);
  if (partition !== "") parts.push(`@partition=${partition}`);
  if (peer !== "") parts.push(`@peer=${peer}`);
  return parts.join("");
}

const noScope: Scope = { datacenter: "", namespace: "", partition: "", peer: "", samenessGroup: "" };

/** The common case, without a query: what large configurations ask for again and again. */
function plainKey(path: string, form: "block" | "exists" | "default"): DependencyOf<"key"> {
  const verb = form === "default" ? "get" : form;
  return { kind: "key", name: `kv.${verb}(${path})`, path, form, ...noScope };
}

export function keyQuery(text: string, form: "block" | "exists" | "default"): DependencyOf<"key"> {
  if (!/[@?]/.test(text)) return plainKey(text.startsWith("/") ? text.slice(1) : text, form);
  const groups = match(keyForm, text, "kv.get");
  const scope = scopeOf(groups, "kv.get");
  const path = groups["path"] ?? "";
  const verb = form === "block" ? "block" : form === "exists" ? "exists" : "get";
  return { kind: "key", name: `kv.${verb}(${withScope(path, scope)})`, path, form, ...scope };
}

export function keyListQuery(text: string): DependencyOf<"keyList"> {
  const groups = match(keyForm, text, "kv.list");
  const scope = scopeOf(groups, "kv.list");
  const prefix = groups["path"] ?? "";
  return { kind: "keyList", name: `kv.list(${withScope(prefix, scope)})`, prefix, ...scope };
}

export function serviceQuery(text: string, isConnect: boolean): DependencyOf<"service"> {
  const groups = match(serviceForm, text, "health.service");
  const scope = scopeOf(groups, "health.service");
  const wanted = (groups["filter"] ?? "passing").split(",").filter((filter) => filter !== "");
  for (const filter of wanted) {
    if (!filters.includes(filter))
      throw new CallFault(`health.service: invalid filter: ${JSON.stringify(filter)} in ${JSON.stringify(text)}`);
  }
  const { tag = "", name: service = "", near = "" } = groups;
  const shown = withScope(tag === "" ? service : `${tag}.${service}`, scope) + (near === "" ? "" : `~${near}`);
  const name = `health.${isConnect ? "connect" : "service"}(${shown}|${wanted.join(",")})`;
  return { kind: "service", name, service, tag, near, filters: wanted, isConnect, ...scope };
}

export function servicesQuery(text: string): DependencyOf<"services"> {
  const scope = scopeOf(match(servicesForm, text, "catalog.services"), "catalog.services");
  const shown = withScope("", scope);
  return { kind: "services", name: `catalog.services${shown === "" ? "" : `(${shown})`}`, ...scope };
}

export function nodesQuery(text: string): DependencyOf<"nodes"> {
  const groups = match(nodesForm, text, "catalog.nodes");
  const scope = scopeOf(groups, "catalog.nodes");
  const near = groups["near"] ?? "";
  const shown = withScope("", scope) + (near === "" ? "" : `~${near}`);
  return { kind: "nodes", name: `catalog.nodes${shown === "" ? "" : `(${shown})`}`, near, ...scope };
}

export function nodeQuery(text: string): DependencyOf<"node"> {
  const groups = match(nodeForm, text, "catalog.node");
  const scope = scopeOf(groups, "catalog.node");
  const node = groups["name"] ?? "";
  return { kind: "node", name: `catalog.node(${withScope(node, scope)})`, node, ...scope };
}

export function nomadServiceQuery(
  text: string,
  choose: { readonly count: number; readonly key: string } | undefined,
): DependencyOf<"nomadService"> {
  const groups = match(nomadServiceForm, text, "nomad.service");
  const { tag = "", name: service = "", region = "" } = groups;
  const shown = `${tag === "" ? "" : `${tag}.`}${service}${region === "" ? "" : `@${region}`}`;
  const chosen = choose === undefined ? "" : `:${choose.count}|${choose.key}`;
  return { kind: "nomadService", name: `nomad.service(${shown}${chosen})`, service, tag, region, choose };
}

export function nomadServicesQuery(text: string): DependencyOf<"nomadServices"> {
  const { region = "" } = match(nomadServicesForm, text, "nomad.services");
  return { kind: "nomadServices", name: `nomad.services${region === "" ? "" : `(@${region})`}`, region };
}

export function variableQuery(text: string, form: "block" | "exists"): DependencyOf<"variable"> {
  const groups = match(variableForm, text, "nomad.var.get");
  const { path = "", namespace = "default", region = "global" } = groups;
  return { kind: "variable", name: `nomad.var.${form}(${path}@${namespace}.${region})`, path, namespace, region, form };
}

export function variableListQuery(text: string): DependencyOf<"variableList"> {
  const groups = match(variableForm, text, "nomad.var.list");
  const { path: prefix = "", namespace = "default", region = "global" } = groups;
  return { kind: "variableList", name: `nomad.var.list(${prefix}@${namespace}.${region})`, prefix, namespace, region };
}

/** Arguments `k=v` of a secret; any makes a write of it. */
function parametersOf(args: readonly string[]): Readonly<Record<string, string>> | undefined {
  if (args.length === 0) return undefined;
  const pairs = args.map((arg): [string, string] => {
    const at = arg.indexOf("=");
    if (at === -1) throw new CallFault(`not k=v pair ${JSON.stringify(arg)}`);
    return [arg.slice(0, at).trim(), arg.slice(at + 1).trim()];
  });
  return Object.fromEntries(pairs);
}

export function secretQuery(text: string, args: readonly string[]): DependencyOf<"secret"> {
  const path = text.trim().replace(/^\/+|\/+$/g, "");
  if (path === "") throw new CallFault(`vault.read: invalid format: ${JSON.stringify(text)}`);
  const parameters = parametersOf(args);
  const name = parameters === undefined ? `vault.read(${path})` : `vault.write(${path} -> ${parameterMark(args)})`;
  return { kind: "secret", name, path, parameters };
}

/** Tells two writes to one path apart without repeating what is written. */
function parameterMark(args: readonly string[]): string {
  let hash = 0x811c9dc5;
  for (const character of [...args].sort().join("\u0000"))
    hash = Math.imul(hash ^ (character.codePointAt(0) as number), 0x01000193) >>> 0;
  return hash.toString(16).padStart(8, "0");
}

export function secretListQuery(text: string): DependencyOf<"secretList"> {
  const path = text.trim().replace(/^\/+|\/+$/g, "");
  if (path === "") throw new CallFault(`vault.list: invalid format: ${JSON.stringify(text)}`);
  return { kind: "secretList", name: `vault.list(${path})`, path };
}

export function certificateQuery(text: string, args: readonly string[]): DependencyOf<"certificate"> {
  const path = text.trim().replace(/^\/+|\/+$/g, "");
  const name = `vault.pki(${path} -> ${parameterMark(args)})`;
  return { kind: "certificate", name, path, parameters: parametersOf(args) ?? {} };
}
