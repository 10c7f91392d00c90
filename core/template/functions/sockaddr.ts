import { cidrContains, formatCidr, formatIp, parseCidr, parseIp } from "#core/values";
import { TemplateFault } from "../language/fault.ts";
import type { NetworkAddress } from "../engine/host.ts";
import type { Session } from "../engine/session.ts";
import type { TemplateFunction } from "../language/function.ts";
import { defaultDelimiters } from "../language/lexer.ts";
import { parseTree } from "../language/parser.ts";
import { Program } from "../language/program.ts";
import { compareText } from "../values/bytes.ts";
import { List, Struct, type StructType, type Value } from "../values/value.ts";
import { builtins } from "./builtins.ts";
import { group, intValue, refuse, text } from "./define.ts";
import { matches, pattern } from "./text.ts";

const interfaceType: StructType = {
  name: "sockaddr.IfAddr",
  isPointer: false,
  fields: [],
  show: (self) => (self.inner as NetworkAddress).cidr,
};

const privateNetworks = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7"];
const reservedNetworks = [...privateNetworks, "127.0.0.0/8", "169.254.0.0/16", "::1/128", "fe80::/10"];
/** Networks by the number of the RFC that reserves them. */
const networksByRfc: Readonly<Record<string, readonly string[]>> = {
  "1918": privateNetworks.slice(0, 3),
  "3927": ["169.254.0.0/16"],
  "4193": ["fc00::/7"],
  "4291": ["::/128", "::1/128", "fe80::/10"],
  "5735": ["127.0.0.0/8"],
  "6598": ["100.64.0.0/10"],
  "6890": [...reservedNetworks, "100.64.0.0/10"],
};

const of = (value: Value): NetworkAddress =>
  value instanceof Struct && value.type === interfaceType
    ? (value.inner as NetworkAddress)
    : refuse("the list is not one of interfaces");
const addressOf = ({ cidr }: NetworkAddress): string => cidr.split("/")[0] ?? "";
const itemsOf = (value: Value): readonly Value[] => (value instanceof List ? value.items : []);
const listOf = (items: readonly Value[]): List => new List(items, "sockaddr.IfAddr");

function isIn(network: string, { cidr }: NetworkAddress): boolean {
  const [within, address] = [parseCidr(network), parseIp(cidr.split("/")[0] ?? "")];
  return (
    within !== undefined && address !== undefined && within.base.bits === address.bits && cidrContains(within, address)
  );
}

function interfaces(session: Session, keep: (address: NetworkAddress) => boolean): List {
  return listOf(session.host.addresses.filter(keep).map((address) => new Struct(interfaceType, {}, address)));
}

const isUp = ({ flags }: NetworkAddress): boolean => flags.includes("up");
const isDefault = (address: NetworkAddress): boolean => isUp(address) && address.flags.includes("default");
const isPrivate = (address: NetworkAddress): boolean =>
  isDefault(address) && privateNetworks.some((network) => isIn(network, address));
const isPublic = (address: NetworkAddress): boolean =>
  isDefault(address) && !reservedNetworks.some((network) => isIn(network, address));

function attribute(name: string, address: NetworkAddress): string {
  const ip = parseIp(addressOf(address));
  const network = parseCidr(address.cidr);
  switch (name) {
    case "address":
      return addressOf(address);
    case "name":
      return address.name;
    case "type":
      return ip?.bits === 32 ? "IPv4" : "IPv6";
    case "flags":
      return address.flags.join("|");
    case "string":
      return address.cidr;
    case "network":
      return network === undefined ? "" : formatCidr(network);
    case "netmask":
      return network === undefined
        ? ""
        : formatIp({ bits: network.base.bits, value: mask(network.base.bits, network.prefixLength) });
    case "mask_bits":
      return String(network?.prefixLength ?? 0);
    case "size":
      return network === undefined ? "0" : String(1n << BigInt(network.base.bits - network.prefixLength));
    default:
      return refuse(`unsupported attribute name ${JSON.stringify(name)}`);
  }
}

function mask(bits: number, prefixLength: number): bigint {
  return ((1n << BigInt(prefixLength)) - 1n) << BigInt(bits - prefixLength);
}

/** Whether an address has what `include` and `exclude` look for. */
function selects(selector: string, wanted: string, address: NetworkAddress, session: Session): boolean {
  switch (selector) {
    case "name":
    case "address":
      return matches(pattern(wanted, session), attribute(selector, address), session, 1).length > 0;
    case "flag":
    case "flags":
      return wanted.split("|").every((flag) => address.flags.includes(flag));
    case "network":
      return wanted.split("|").some((network) => isIn(network, address));
    case "rfc":
      return wanted.split("|").some((rfc) => (networksByRfc[rfc] ?? []).some((network) => isIn(network, address)));
    case "size":
      return wanted.split("|").includes(attribute("mask_bits", address));
    case "type":
      return wanted
        .split("|")
        .some((type) => type === "ip" || type.toLowerCase() === attribute("type", address).toLowerCase());
    default:
      return refuse(`invalid selector ${JSON.stringify(selector)}`);
  }
}

/** Orders by `+address`, `-name`, `size`, …, several divided by commas. */
function sorted(spec: string, list: Value): List {
  const keys = spec.split(",").map((key) => ({ name: key.replace(/^[-+]/, ""), sign: key.startsWith("-") ? -1 : 1 }));
  const order = (left: Value, right: Value): number => {
    for (const { name, sign } of keys) {
      const found =
        name === "address"
          ? compareAddresses(of(left), of(right))
          : compareText(attribute(name, of(left)), attribute(name, of(right)));
      if (found !== 0) return sign * found;
    }
    return 0;
  };
  return listOf(itemsOf(list).toSorted(order));
}

function compareAddresses(left: NetworkAddress, right: NetworkAddress): number {
  const [a, b] = [parseIp(addressOf(left)), parseIp(addressOf(right))];
  if (a === undefined || b === undefined || a.bits !== b.bits) return (a?.bits ?? 0) - (b?.bits ?? 0);
  return a.value < b.value ? -1 : a.value > b.value ? 1 : 0;
}

const f = group("sockaddr", "local");
const firstAddress = (list: List): string => (list.items[0] === undefined ? "" : addressOf(of(list.items[0])));
const allAddresses = (list: List): string => list.items.map((item) => addressOf(of(item))).join(" ");

function named(name: string) {
  return (address: NetworkAddress): boolean => address.name === name;
}

const inner: readonly TemplateFunction[] = [
  ...builtins,
  f("GetAllInterfaces", "", "IfAddrs", "all", (_, session) => interfaces(session, () => true)),
  f("GetDefaultInterfaces", "", "IfAddrs", "of the default route", (_, session) => interfaces(session, isDefault)),
  f("GetPrivateInterfaces", "", "IfAddrs", "private", (_, session) => interfaces(session, isPrivate)),
  f("GetPublicInterfaces", "", "IfAddrs", "public", (_, session) => interfaces(session, isPublic)),
  f("GetPrivateIP", "", "string", "the first private", (_, session) => firstAddress(interfaces(session, isPrivate))),
  f("GetPrivateIPs", "", "string", "all private", (_, session) => allAddresses(interfaces(session, isPrivate))),
  f("GetPublicIP", "", "string", "the first public", (_, session) => firstAddress(interfaces(session, isPublic))),
  f("GetPublicIPs", "", "string", "all public", (_, session) => allAddresses(interfaces(session, isPublic))),
  f("GetInterfaceIP", "string", "string", "the first of an interface", ([name], session) =>
    firstAddress(interfaces(session, named(text(name)))),
  ),
  f("GetInterfaceIPs", "string", "string", "all of an interface", ([name], session) =>
    allAddresses(interfaces(session, named(text(name)))),
  ),
  f("include", "string; string; any", "IfAddrs", "that match", ([selector, wanted, list], session) =>
    listOf(itemsOf(list).filter((item) => selects(text(selector), text(wanted), of(item), session))),
  ),
  f("exclude", "string; string; any", "IfAddrs", "that do not match", ([selector, wanted, list], session) =>
    listOf(itemsOf(list).filter((item) => !selects(text(selector), text(wanted), of(item), session))),
  ),
  f("sort", "string; any", "IfAddrs", "in order", ([spec, list]) => sorted(text(spec), list)),
  f("limit", "int; any", "IfAddrs", "the first", ([count, list]) => listOf(itemsOf(list).slice(0, intValue(count)))),
  f("offset", "int; any", "IfAddrs", "without the first", ([count, list]) =>
    listOf(itemsOf(list).slice(intValue(count))),
  ),
  f("unique", "string; any", "IfAddrs", "one for each value", ([name, list]) => {
    const seen = new Set<string>();
    return listOf(
      itemsOf(list).filter((item) => {
        const value = attribute(text(name), of(item));
        return !seen.has(value) && seen.add(value);
      }),
    );
  }),
  f("attr", "string; any", "string", "an attribute of the first", ([name, list]) => {
    const item = list instanceof Struct ? list : itemsOf(list)[0];
    return item === undefined ? "" : attribute(text(name), of(item));
  }),
  f("join", "string; string; any", "string", "an attribute of all, joined", ([name, separator, list]) =>
    itemsOf(list)
      .map((item) => attribute(text(name), of(item)))
      .join(text(separator)),
  ),
];

const innerTable: ReadonlyMap<string, TemplateFunction> = new Map(inner.map((one) => [one.name, one]));
const innerNames: ReadonlySet<string> = new Set(innerTable.keys());

/** Evaluates an expression over the machine's addresses; it is a pipeline of a small template language. */
function evaluate(expression: string, session: Session): string {
  const source = `{{ ${expression} }}`;
  try {
    const program = new Program(parseTree(source, defaultDelimiters, innerNames), innerTable);
    session.step(source.length);
    return program.run(session.inner(), undefined);
  } catch (error) {
    if (!(error instanceof TemplateFault)) throw error;
    const reason = error.message.replace(/^template: :/, "template: sockaddr.Parse:");
    const verb = error.class === "parse" ? "parse" : "execute";
    return refuse(`unable to ${verb} template ${JSON.stringify(source).replaceAll('\\"', '"')}: ${reason}`);
  }
}

export const sockaddrFunctions: readonly TemplateFunction[] = [
  f("sockaddr", "string", "string", "addresses of the machine, by a go-sockaddr expression", ([expression], session) =>
    evaluate(text(expression), session),
  ),
];
