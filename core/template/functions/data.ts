import type { Session } from "../engine/session.ts";
import type { Dependency, DependencyOf } from "../data/dependency.ts";
import {
  certificateQuery,
  keyListQuery,
  keyQuery,
  nodeQuery,
  nodesQuery,
  nomadServiceQuery,
  nomadServicesQuery,
  secretListQuery,
  secretQuery,
  serviceQuery,
  servicesQuery,
  variableListQuery,
  variableQuery,
} from "../data/query.ts";
import { variableMetaType, variableOf } from "../data/objects.ts";
import type { TemplateFunction } from "../language/function.ts";
import { Int, List, Struct, strings, type Value, kindOf, plainText } from "../values/value.ts";
import { group, intValue, refuse, text } from "./define.ts";

const consul = group("Consul", "data");
const vault = group("Vault", "data");
const nomad = group("Nomad", "data");
const files = group("Files", "data");

const KEY_PAIR = "*dependency.KeyPair";

/** The value, or `none` while it is missing. A known absence waits too. */
function ask(session: Session, dependency: Dependency, none: Value): Value {
  const answer = session.ask(dependency);
  if (answer?.kind === "value") return answer.value;
  if (answer?.kind === "absent") session.wait(dependency);
  return none;
}

function keyOf(session: Session, path: Value, form: "block" | "exists" | "default"): Dependency {
  return session.queries.get(`key.${form}`, text(path), (query) => keyQuery(query, form));
}

function variableOfPath(session: Session, path: Value, form: "block" | "exists"): Dependency {
  return session.queries.get(`variable.${form}`, text(path), (query) => variableQuery(query, form));
}

function keyOrDefault([path, other]: readonly Value[], session: Session): Value {
  if (path === "") return other;
  const answer = session.ask(keyOf(session, path, "default"));
  return answer?.kind === "value" && answer.value !== "" ? answer.value : other;
}

/** Whether there is a value; unknown counts as no. */
function exists(session: Session, dependency: Dependency): Value {
  const answer = session.ask(dependency);
  return answer?.kind === "value";
}

function pairs(kind: "ls" | "tree", isSafe: boolean) {
  return ([path]: readonly Value[], session: Session): Value => {
    const none = new List([], KEY_PAIR);
    if (path === "") return none;
    const dependency = session.queries.get("keyList", text(path), keyListQuery);
    const found = ask(session, dependency, none) as List;
    const kept = found.items.filter((item) => {
      const key = item instanceof Struct ? plainText(item.values["Key"]) : "";
      return key !== "" && !key.endsWith("/") && (kind === "tree" || !key.includes("/"));
    });
    if (isSafe && kept.length === 0) session.wait(dependency);
    return new List(kept, KEY_PAIR);
  };
}

function optional(args: readonly Value[], name: string): string {
  if (args.length > 1) return refuse(`${name}: wrong number of arguments, expected 0 or 1, but got ${args.length}`);
  return args.length === 0 ? "" : text(args[0]);
}

function services(isConnect: boolean) {
  return (args: readonly Value[], session: Session): Value => {
    const none = new List([], "*dependency.HealthService");
    if (args.length === 0 || args[0] === "") return none;
    const query = args.length === 1 ? text(args[0]) : (args as readonly string[]).join("|");
    const form = isConnect ? "connect" : "service";
    return ask(
      session,
      session.queries.get(form, query, (one) => serviceQuery(one, isConnect)),
      none,
    );
  };
}

function nomadService(args: readonly Value[], session: Session): Value {
  const none = new List([], "*dependency.NomadService");
  if (args.length !== 1 && args.length !== 3) return refuse("expected arguments <service> or <count> <key> <service>");
  if (args.length === 1) {
    if (typeof args[0] !== "string") return refuse("expected string for <service> argument");
    const parse = (one: string): DependencyOf<"nomadService"> => nomadServiceQuery(one, undefined);
    return args[0] === "" ? none : ask(session, session.queries.get("nomadService", args[0], parse), none);
  }
  const [count, key, service] = args;
  if (!(count instanceof Int) || kindOf(count) !== "int") return refuse("expected integer for <count> argument");
  if (typeof key !== "string") return refuse("expected string for <key> argument");
  if (typeof service !== "string") return refuse("expected string for <service> argument");
  return ask(session, nomadServiceQuery(service, { count: intValue(count), key }), none);
}

function variables(isSafe: boolean) {
  return (args: readonly Value[], session: Session): Value => {
    const dependency = variableListQuery(optional(args, isSafe ? "nomadVarListSafe" : "nomadVarList"));
    const found = ask(session, dependency, new List([], "*dependency.NomadVarMeta")) as List;
    if (isSafe && found.items.length === 0) session.wait(dependency);
    return found;
  };
}

const emptyVariable = variableOf(
  {},
  new Struct(variableMetaType, {
    Namespace: "",
    Path: "",
    CreateIndex: null,
    ModifyIndex: null,
    CreateTime: null,
    ModifyTime: null,
  }),
);

function file([path]: readonly Value[], session: Session): Value {
  if (path === "") return "";
  const problem = session.host.refusePath(text(path));
  if (problem !== undefined) return refuse(problem);
  return ask(session, { kind: "file", name: `file(${text(path)})`, path: text(path) }, "");
}

function secret(args: readonly Value[], session: Session): Value {
  const [path, ...rest] = args as readonly string[];
  if (path === undefined) return undefined;
  if (path === "") return undefined;
  return ask(session, secretQuery(path, rest), undefined);
}

function certificate(args: readonly Value[], session: Session): Value {
  const [path, ...rest] = args as readonly string[];
  return path === undefined || path === "" ? undefined : ask(session, certificateQuery(path, rest), undefined);
}

function datacenters(args: readonly Value[], session: Session): Value {
  if (args.length > 1) return refuse(`datacenters: wrong number of arguments, expected 0 or 1, but got ${args.length}`);
  const ignoresFailing = args[0] === true;
  const name = `catalog.datacenters${ignoresFailing ? "(ignoreFailing)" : ""}`;
  return ask(session, { kind: "datacenters", name, ignoresFailing }, strings([]));
}

function listed(dependency: (argument: string) => Dependency) {
  return (args: readonly Value[], session: Session): Value =>
    ask(session, dependency(optional(args, "list")), new List([]));
}

const consulFunctions: readonly TemplateFunction[] = [
  consul("key", "string", "string", "the value of a key; waits while there is none", ([path], session) =>
    path === "" ? "" : ask(session, keyOf(session, path, "block"), ""),
  ),
  consul("keyExists", "string", "bool", "whether there is a key", ([path], session) =>
    path === "" ? false : exists(session, keyOf(session, path, "exists")),
  ),
  consul(
    "keyOrDefault",
    "string; string",
    "string",
    "the value of a key, or the default when it is absent or empty",
    keyOrDefault,
  ),
  consul("ls", "string", "[]*KeyPair", "the keys directly under a prefix", pairs("ls", false)),
  consul("safeLs", "string", "[]*KeyPair", "ls that waits while there is none", pairs("ls", true)),
  consul("tree", "string", "[]*KeyPair", "all keys under a prefix", pairs("tree", false)),
  consul("safeTree", "string", "[]*KeyPair", "tree that waits while there is none", pairs("tree", true)),
  consul(
    "service",
    "string...",
    "[]*HealthService",
    "instances of a service: `[tag.]name[@dc][~near][|filter]`",
    services(false),
  ),
  consul("connect", "string...", "[]*HealthService", "what speaks for a service in the mesh", services(true)),
  consul("services", "string...", "[]*CatalogSnippet", "the names and tags of all services", (args, session) =>
    ask(session, servicesQuery(optional(args, "services")), new List([], "*dependency.CatalogSnippet")),
  ),
  consul(
    "node",
    "string...",
    "*CatalogNode",
    "a node with its services; the agent's own without a name",
    (args, session) => ask(session, nodeQuery(optional(args, "node")), undefined),
  ),
  consul("nodes", "string...", "[]*Node", "all nodes", (args, session) =>
    ask(session, nodesQuery(optional(args, "nodes")), new List([], "*dependency.Node")),
  ),
  consul("datacenters", "bool...", "[]string", "the names of the datacenters", datacenters),
  consul(
    "partitions",
    "",
    "[]*Partition",
    "admin partitions",
    listed(() => ({ kind: "partitions", name: "list.partitions" })),
  ),
  consul(
    "peerings",
    "string...",
    "[]*Peering",
    "cluster peerings",
    listed(() => ({ kind: "peerings", name: "list.peerings" })),
  ),
  consul(
    "exportedServices",
    "string...",
    "[]*ExportedService",
    "services that a partition exports",
    listed((partition) => ({
      kind: "exportedServices",
      name: `list.exportedServices(${partition})`,
      partition,
    })),
  ),
  consul(
    "importedServices",
    "string",
    "[]*ImportedService",
    "services that a partition imports",
    listed((partition) => ({
      kind: "importedServices",
      name: `list.importedServices(${partition})`,
      partition,
    })),
  ),
  consul("caRoots", "", "[]*CARoot", "the mesh's root certificates", (_, session) =>
    ask(session, { kind: "caRoots", name: "connect.caroots" }, new List([], "*api.CARoot")),
  ),
  consul("caLeaf", "string", "*LeafCert", "a leaf certificate for a service", ([service], session) =>
    service === ""
      ? undefined
      : ask(session, { kind: "caLeaf", name: `connect.caleaf(${text(service)})`, service: text(service) }, undefined),
  ),
];

export const dataFunctions: readonly TemplateFunction[] = [
  ...consulFunctions,
  vault("secret", "string...", "*Secret", "reads a secret; with k=v arguments writes and gives the answer", secret),
  vault("secrets", "string", "[]string", "the names under a path", ([path], session) =>
    path === "" ? strings([]) : ask(session, secretListQuery(text(path)), strings([])),
  ),
  vault(
    "pkiCert",
    "string...",
    "*PemEncoded",
    "a certificate that is kept until it expires: Cert, Key, CA, CAChain",
    certificate,
  ),
  nomad(
    "nomadServices",
    "string...",
    "[]*NomadServicesSnippet",
    "the names and tags of native services",
    (args, session) =>
      ask(
        session,
        nomadServicesQuery(optional(args, "nomadServices")),
        new List([], "*dependency.NomadServicesSnippet"),
      ),
  ),
  nomad(
    "nomadService",
    "any...",
    "[]*NomadService",
    "instances of a native service; with count and key a stable choice",
    nomadService,
  ),
  nomad("nomadVarList", "string...", "[]*NomadVarMeta", "variables under a prefix", variables(false)),
  nomad(
    "nomadVarListSafe",
    "string...",
    "[]*NomadVarMeta",
    "nomadVarList that waits while there is none",
    variables(true),
  ),
  nomad(
    "nomadVar",
    "string",
    "NomadVarItems",
    "the items of a variable; waits while there is none",
    ([path], session) =>
      path === "" ? emptyVariable : ask(session, variableOfPath(session, path, "block"), emptyVariable),
  ),
  nomad("nomadVarExists", "string", "bool", "whether there is a variable", ([path], session) =>
    path === "" ? false : exists(session, variableOfPath(session, path, "exists")),
  ),
  files("file", "string", "string", "the content of a file", file),
];
