import type { Field, Struct } from "#core/schema";

/** Words that Go spells in capitals. */
const initialisms = new Set(
  "acl ca cidr cni cpu csi db dc dns fs gc grpc hcl http id iops ip mb numa rpc rss sds sni tg tls ttl ui uid url".split(
    " ",
  ),
);

/** Spellings that the rule does not give, as `Struct.field`. */
const exceptions: Readonly<Record<string, string>> = {
  "AllocatedCpuResources.cpuShares": "CpuShares",
  "AllocatedTaskResources.cpu": "Cpu",
  "ConsulSidecarService.disableDefaultTcpCheck": "DisableDefaultTCPCheck",
  "JobUILink.url": "Url",
  "LegacyNodeCpuResources.cpuShares": "CpuShares",
  "LegacyNodeCpuResources.reservableCpuCores": "ReservableCpuCores",
  "LegacyNodeCpuResources.totalCpuCores": "TotalCpuCores",
  "NodeReservedCpuResources.cpuShares": "CpuShares",
  "NodeReservedCpuResources.reservedCpuCores": "ReservedCpuCores",
  "NodeReservedResources.cpu": "Cpu",
  "NodeResources.cpu": "Cpu",
  "ResourceUsage.cpuStats": "CpuStats",
  "Template.uid": "Uid",
  "VolumeMount.seLinuxLabel": "SELinuxLabel",
};

const unitSuffixes: Partial<Record<Field["type"]["kind"], string>> = { duration: "Ns", instant: "Ms", time: "Ms" };

/** `jobId` → `JobID`; the unit of an instant or a duration stays inside: `createTimeMs` → `CreateTime`. */
export function wireName(struct: Struct, name: string, field: Field): string {
  const known = exceptions[`${struct.name}.${name}`];
  if (known !== undefined) return known;
  const suffix = unitSuffixes[field.type.kind];
  const stem =
    suffix !== undefined && name.endsWith(suffix) && name !== "timeMs" ? name.slice(0, -suffix.length) : name;
  return spell(stem === "timeMs" ? "time" : stem);
}

function spell(name: string): string {
  const words = name.match(/[a-z0-9]+|[A-Z][a-z0-9]*/g) ?? [];
  return words.map(spellWord).join("");
}

function spellWord(word: string): string {
  const lower = word.toLowerCase();
  if (initialisms.has(lower)) return lower.toUpperCase();
  if (lower.endsWith("s") && initialisms.has(lower.slice(0, -1))) return `${lower.slice(0, -1).toUpperCase()}s`;
  return word.charAt(0).toUpperCase() + word.slice(1);
}

/** The field that a wire name means: the exact spelling first, else without regard to case, as Go decodes. */
export function fieldNameOf(struct: Struct): (wire: string) => string | undefined {
  const exact = new Map(struct.entries.map(([name, field]) => [wireName(struct, name, field), name]));
  const folded = new Map([...exact].map(([wire, name]) => [wire.toLowerCase(), name]));
  return (wire) => exact.get(wire) ?? folded.get(wire.toLowerCase());
}
