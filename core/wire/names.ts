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

/** A noun is stored, or a draft: as its author wrote it. */
export type Form = "stored" | "draft";

export function fieldsOf(struct: Struct, form: Form): Struct["entries"] {
  return form === "stored" ? struct.entries : struct.draftEntries;
}

export function wireNameIn(form: Form, struct: Struct, name: string, field: Field): string {
  return (form === "draft" ? field.draftName : undefined) ?? wireName(struct, name, field);
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
export function fieldNameOf(struct: Struct, form: Form = "stored"): (wire: string) => string | undefined {
  const names = fieldsOf(struct, form).map(([name, field]) => [wireNameIn(form, struct, name, field), name] as const);
  const exact = new Map(names);
  const folded = new Map([...exact].map(([wire, name]) => [wire.toLowerCase(), name]));
  return (wire) => exact.get(wire) ?? folded.get(wire.toLowerCase());
}
