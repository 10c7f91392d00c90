import { readFileSync } from "node:fs";
import { type NetworkInterfaceInfo, networkInterfaces } from "node:os";
import { err, ok, type Result } from "#core/base";
import type { FingerprintConfig } from "./config.ts";

export interface NetworkAddress {
  readonly family: "ipv4" | "ipv6";
  readonly address: string;
}

export interface HostNetwork {
  readonly device: string;
  readonly mac: string;
  readonly mbits: number;
  readonly addresses: readonly NetworkAddress[];
}

const DEFAULT_MBITS = 1000;

export function measureNetwork(config: FingerprintConfig): Result<HostNetwork> {
  const interfaces = networkInterfaces();
  const device = chooseDevice(config, interfaces);
  const found = device === undefined ? undefined : interfaces[device];
  if (device === undefined || found === undefined) return err("not_found", unknownDevice(config, interfaces));
  return ok({
    device,
    mac: found[0]?.mac ?? "",
    mbits: config.networkSpeedMbits || speedOf(device) || DEFAULT_MBITS,
    addresses: addressesOf(found),
  });
}

type Interfaces = NodeJS.Dict<NetworkInterfaceInfo[]>;

function unknownDevice(config: FingerprintConfig, interfaces: Interfaces): string {
  const known = Object.keys(interfaces).join(", ");
  return `no network interface "${config.networkInterface}"; this machine has ${known}`;
}

function chooseDevice(config: FingerprintConfig, interfaces: Interfaces): string | undefined {
  if (config.networkInterface !== "") return config.networkInterface;
  const loopback = Object.keys(interfaces).find((name) => interfaces[name]?.some((entry) => entry.internal));
  if (config.loopbackOnly) return loopback;
  const outside = Object.keys(interfaces).find((name) => interfaces[name]?.some((entry) => !entry.internal));
  return defaultRouteDevice(interfaces) ?? outside ?? loopback;
}

/** proc(5): the row whose destination is 0.0.0.0. */
function defaultRouteDevice(interfaces: Interfaces): string | undefined {
  try {
    const rows = readFileSync("/proc/net/route", "utf8").split("\n").slice(1);
    const device = rows.map((row) => row.split("\t")).find((fields) => fields[1] === "00000000")?.[0];
    return device !== undefined && interfaces[device] ? device : undefined;
  } catch {
    return undefined;
  }
}

function speedOf(device: string): number {
  try {
    const mbits = Number(readFileSync(`/sys/class/net/${device}/speed`, "utf8"));
    return mbits > 0 ? mbits : 0;
  } catch {
    return 0;
  }
}

/** IPv4 first; link-local IPv6 addresses are of no use without their zone. */
function addressesOf(found: readonly NetworkInterfaceInfo[]): NetworkAddress[] {
  const all = found.map(
    (entry): NetworkAddress => ({ family: entry.family === "IPv4" ? "ipv4" : "ipv6", address: entry.address }),
  );
  const usable = all.filter(({ address }) => !address.toLowerCase().startsWith("fe80:"));
  return [...usable.filter(({ family }) => family === "ipv4"), ...usable.filter(({ family }) => family === "ipv6")];
}
