/** Networks, ports, volumes and resources. */
import {
  CNIConfig,
  CSIMountOptions,
  DNSConfig,
  NetworkResource,
  NUMA,
  Port,
  type PortDraft,
  RequestedDevice,
  Resources,
  VolumeMount,
  VolumeRequest,
} from "#core/model";
import { block, type Draft, type Extras, extraList, list, texts } from "./block.ts";
import { affinity, constraint } from "./schema-placement.ts";

const port = block(Port, "static=value to host_network ignore_collision", { label: "label" });

/** A port with a number is reserved, one without is found by the scheduler. */
function splitPorts(draft: Draft, extras: Extras): Draft {
  const ports = (extras["ports"] ?? []) as readonly PortDraft[];
  const reserved = ports.filter((item) => item.value > 0);
  const dynamic = ports.filter((item) => item.value <= 0);
  return {
    ...draft,
    reservedPorts: reserved.length > 0 ? reserved : null,
    dynamicPorts: dynamic.length > 0 ? dynamic : null,
  };
}

export const network = block(NetworkResource, "mode device cidr ip hostname mbits=mBits", {
  blocks: {
    dns: block(DNSConfig, "servers searches options"),
    cni: block(CNIConfig, "", { blocks: { args: texts("args") } }),
    port: extraList("ports", port),
  },
  finish: splitPorts,
});

const mountOptions = block(CSIMountOptions, "fs_type mount_flags");

export const volume = block(VolumeRequest, "type source read_only sticky per_alloc access_mode attachment_mode", {
  label: "name",
  blocks: { mount_options: mountOptions },
});

export const volumeMount = block(
  VolumeMount,
  "volume destination read_only propagation_mode selinux_label=seLinuxLabel",
);

const device = block(RequestedDevice, "count", {
  label: "name",
  blocks: { constraint: list("constraints", constraint), affinity: list("affinities", affinity) },
});

export const resources = block(
  Resources,
  "cpu cores memory=memoryMb memory_max=memoryMaxMb disk=diskMb iops secrets=secretsMb",
  {
    blocks: {
      network: list("networks", network),
      device: list("devices", device),
      numa: block(NUMA, "affinity devices"),
    },
  },
);
