import { type Cidr, formatCidr, formatIp, parseCidr } from "#core/values";
import { FunctionFault, type HclFunction } from "../scope.ts";
import { stringType } from "../type.ts";
import { listValue, stringValue, type Value } from "../value.ts";
import { aNumber, aString, define, textOf, wholeOf } from "./define.ts";

function network(value: Value | undefined): Cidr {
  const cidr = parseCidr(textOf(value));
  if (cidr === undefined) throw new FunctionFault(`invalid CIDR expression: ${textOf(value)}`, 0);
  return cidr;
}

function host({ base, prefixLength }: Cidr, number: number): string {
  const size = 1n << BigInt(base.bits - prefixLength);
  const offset = number < 0 ? size + BigInt(number) : BigInt(number);
  if (offset < 0n || offset >= size)
    throw new FunctionFault(`prefix of ${prefixLength} does not accommodate a host numbered ${number}`, 1);
  return formatIp({ bits: base.bits, value: base.value + offset });
}

function netmask({ base, prefixLength }: Cidr): string {
  if (base.bits !== 32) throw new FunctionFault("only IPv4 networks have a netmask", 0);
  return formatIp({ bits: 32, value: ((1n << 32n) - 1n) ^ ((1n << BigInt(32 - prefixLength)) - 1n) });
}

function subnet({ base, prefixLength }: Cidr, newBits: number, number: number): string {
  const length = prefixLength + newBits;
  if (newBits < 0 || length > base.bits)
    throw new FunctionFault(`insufficient address space to extend prefix of ${prefixLength} by ${newBits}`);
  if (number < 0 || BigInt(number) >= 1n << BigInt(newBits))
    throw new FunctionFault(`prefix extension of ${newBits} does not accommodate a subnet numbered ${number}`);
  const value = base.value + (BigInt(number) << BigInt(base.bits - length));
  return formatCidr({ base: { bits: base.bits, value }, prefixLength: length });
}

/** Consecutive subnets of the given extra lengths, each at the next address where it fits. */
function subnets({ base, prefixLength }: Cidr, lengths: readonly number[]): string[] {
  const end = base.value + (1n << BigInt(base.bits - prefixLength));
  let next = base.value;
  return lengths.map((newBits, index) => {
    const length = prefixLength + newBits;
    if (newBits < 1) throw new FunctionFault("must extend prefix by at least one bit", index + 1);
    if (length > base.bits) throw new FunctionFault(`not enough bits to extend the prefix by ${newBits}`, index + 1);
    const size = 1n << BigInt(base.bits - length);
    const value = ((next + size - 1n) / size) * size;
    if (value + size > end)
      throw new FunctionFault(
        `not enough remaining address space for a subnet with a prefix of ${length} bits`,
        index + 1,
      );
    next = value + size;
    return formatCidr({ base: { bits: base.bits, value }, prefixLength: length });
  });
}

export const networkFunctions: ReadonlyMap<string, HclFunction> = new Map<string, HclFunction>([
  [
    "cidrhost",
    define([aString("prefix"), aNumber("hostnum")], ([prefix, number]) =>
      stringValue(host(network(prefix), wholeOf(number, 1))),
    ),
  ],
  ["cidrnetmask", define([aString("prefix")], ([prefix]) => stringValue(netmask(network(prefix))))],
  [
    "cidrsubnet",
    define([aString("prefix"), aNumber("newbits"), aNumber("netnum")], ([prefix, bits, number]) =>
      stringValue(subnet(network(prefix), wholeOf(bits, 1), wholeOf(number, 2))),
    ),
  ],
  [
    "cidrsubnets",
    define(
      [aString("prefix")],
      ([prefix, ...lengths]) => {
        const found = subnets(
          network(prefix),
          lengths.map((length, index) => wholeOf(length, index + 1)),
        );
        return listValue(found.map(stringValue), stringType);
      },
      aNumber("newbits"),
    ),
  ],
]);
