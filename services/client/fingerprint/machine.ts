import { empty } from "#core/schema";
import { ok, product, type Result } from "#core/base";
import {
  type DriverInfo,
  NetworkResource,
  NodeNetworkAddress,
  NodeNetworkResource,
  type NodeReservedResources,
  type NodeResources,
} from "#core/model";
import type { Driver } from "#client/driver/contract";
import { type FingerprintConfig, isAllowed } from "./config.ts";
import { type HostNetwork, measureNetwork } from "./network.ts";
import { measureProcessor, type Processor, topologyOf } from "./processor.ts";
import { diskSpace, memoryBytes, systemAttributes } from "./system.ts";

/** What a node says about its machine when it registers. */
export interface Fingerprint {
  readonly attributes: Readonly<Record<string, string>>;
  readonly resources: NodeResources;
  readonly reserved: NodeReservedResources;
  readonly drivers: Readonly<Record<string, DriverInfo>>;
  /** The address that tasks' ports are on unless a host network says otherwise. */
  readonly address: string;
}

const MIB = 1024 * 1024;

export async function fingerprintMachine(
  config: FingerprintConfig,
  drivers: Iterable<Driver>,
  nowMs: number,
): Promise<Result<Fingerprint>> {
  const network = measureNetwork(config);
  if (!network.ok) return network;
  const processor = measureProcessor();
  const disk = diskSpace(config.allocDirectory);
  const found = await fingerprintDrivers(config, drivers, nowMs);
  const address = network.value.addresses[0]?.address ?? "";
  const totalMhz = config.cpuTotalComputeMhz || processor.totalMhz;
  const memoryMib = config.memoryTotalMib || Math.floor(memoryBytes() / MIB);
  const totalMib = config.diskTotalMib || disk.totalMib;
  const freeMib = config.diskFreeMib || Math.min(disk.freeMib, totalMib);
  const attributes = {
    ...systemAttributes(),
    ...processorAttributes(processor, totalMhz),
    ...found.attributes,
    "kernel.arch": processor.arch,
    "memory.totalbytes": String(memoryMib * MIB),
    "unique.network.ip-address": address,
    "unique.storage.volume": config.allocDirectory,
    "unique.storage.bytestotal": String(totalMib * MIB),
    "unique.storage.bytesfree": String(freeMib * MIB),
    "nomad.version": product.compatibleVersion,
    "nomad.advertise.address": config.advertiseAddress,
    "nomad.service_discovery": "true",
    [`${product.name}.version`]: product.version,
  };
  const resources = resourcesOf(config, processor, network.value, { totalMhz, memoryMib, freeMib });
  return ok({ attributes, resources, reserved: reservedOf(config), drivers: found.drivers, address });
}

function processorAttributes(processor: Processor, totalMhz: number): Record<string, string> {
  return {
    "cpu.arch": processor.arch,
    "cpu.numcores": String(processor.cores),
    "cpu.reservablecores": String(processor.cores),
    "cpu.frequency": String(processor.mhz),
    "cpu.modelname": processor.model,
    "cpu.totalcompute": String(totalMhz),
    "cpu.usablecompute": String(totalMhz),
  };
}

/** Drivers that the options leave out are as good as not built in. */
async function fingerprintDrivers(
  config: FingerprintConfig,
  drivers: Iterable<Driver>,
  nowMs: number,
): Promise<{ attributes: Record<string, string>; drivers: Record<string, DriverInfo> }> {
  const attributes: Record<string, string> = {};
  const infos: Record<string, DriverInfo> = {};
  for (const driver of drivers) {
    if (!isAllowed(config.options, "driver", driver.name)) continue;
    const found = await driver.fingerprint();
    Object.assign(attributes, found.attributes);
    infos[driver.name] = {
      attributes: found.attributes,
      detected: found.detected,
      healthy: found.healthy,
      healthDescription: found.description,
      updateTimeMs: nowMs,
    };
  }
  return { attributes, drivers: infos };
}

interface Amounts {
  readonly totalMhz: number;
  readonly memoryMib: number;
  readonly freeMib: number;
}

function resourcesOf(
  config: FingerprintConfig,
  processor: Processor,
  network: HostNetwork,
  amounts: Amounts,
): NodeResources {
  return {
    cpu: {
      cpuShares: amounts.totalMhz,
      totalCpuCores: processor.cores,
      reservableCpuCores: Array.from({ length: processor.cores }, (_, core) => core),
    },
    processors: { topology: topologyOf(processor, config.cpuTotalComputeMhz, config.reserved.cpuMhz) },
    memory: { memoryMb: amounts.memoryMib },
    disk: { diskMb: amounts.freeMib },
    devices: null,
    nodeNetworks: [nodeNetwork(network)],
    networks: [empty(NetworkResource, { mode: "bridge" }), ...hostNetworks(network)],
    minDynamicPort: config.minDynamicPort,
    maxDynamicPort: config.maxDynamicPort,
  };
}

function hostNetworks(network: HostNetwork): NetworkResource[] {
  return network.addresses.map(({ family, address }) =>
    empty(NetworkResource, {
      mode: "host",
      device: network.device,
      cidr: `${address}/${family === "ipv4" ? 32 : 128}`,
      ip: address,
      mBits: network.mbits,
    }),
  );
}

function nodeNetwork(network: HostNetwork): NodeNetworkResource {
  return empty(NodeNetworkResource, {
    mode: "host",
    device: network.device,
    macAddress: network.mac,
    speed: network.mbits,
    addresses: network.addresses.map(({ family, address }) =>
      empty(NodeNetworkAddress, { family, alias: "default", address }),
    ),
  });
}

function reservedOf({ reserved }: FingerprintConfig): NodeReservedResources {
  return {
    cpu: { cpuShares: reserved.cpuMhz, reservedCpuCores: reserved.cores.length === 0 ? null : reserved.cores },
    memory: { memoryMb: reserved.memoryMib },
    disk: { diskMb: reserved.diskMib },
    networks: { reservedHostPorts: reserved.ports },
  };
}
