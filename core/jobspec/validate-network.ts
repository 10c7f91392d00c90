import type { NetworkResource, Port, TaskGroup, VolumeRequest } from "#core/model";
import { failed, type Problems, quoted, when } from "./problems.ts";

const PORT_MAX = 65_535;

/** Labels and static ports must be unique over a group's networks. */
export function networkProblems(group: TaskGroup): Problems {
  const labels = new Set<string>();
  const statics = new Map<string, string>();
  const problems = (group.networks ?? []).flatMap((network) => [
    ...portsOf(network).flatMap((port) => portFaults(port, network, labels, statics)),
    ...cniFaults(network),
  ]);
  return failed("Task group network", problems);
}

export function portsOf(network: NetworkResource): readonly Port[] {
  return [...(network.reservedPorts ?? []), ...(network.dynamicPorts ?? [])];
}

function portFaults(port: Port, network: NetworkResource, labels: Set<string>, statics: Map<string, string>): Problems {
  const { label, value, to } = port;
  const key = `${port.hostNetwork}:${value}`;
  const taken = value > 0 ? statics.get(key) : undefined;
  const isTaken = labels.has(label);
  const mode = network.mode || "host";
  labels.add(label);
  if (value > 0) statics.set(key, `taskgroup network:${label}`);
  return when(
    [isTaken, `Port label ${label} already in use by taskgroup network`],
    [
      port.ignoreCollision && mode !== "host",
      `Port ${quoted(label)} collision may not be ignored on non-host network mode ${quoted(mode)}`,
    ],
    [value > PORT_MAX, `Port ${label} (${value}) cannot be greater than ${PORT_MAX}`],
    [value < 0, `Port ${label} (${value}) cannot be negative`],
    [taken !== undefined && !port.ignoreCollision, `Static port ${value} already reserved by ${taken ?? ""}`],
    [to > PORT_MAX, `Port ${quoted(label)} cannot be mapped to a port (${to}) greater than ${PORT_MAX}`],
    [to < -1, `Port ${quoted(label)} cannot be mapped to negative value ${to}`],
  );
}

function cniFaults({ cni }: NetworkResource): Problems {
  return Object.entries(cni?.args ?? {}).flatMap(([key, value]) =>
    when(
      [key.includes(";"), `invalid ';' character in CNI arg key ${quoted(key)}`],
      [value.includes(";"), `invalid ';' character in CNI arg value ${quoted(value)}`],
    ),
  );
}

export function volumeProblems(group: TaskGroup, jobType: string): Problems {
  return Object.entries(group.volumes ?? {}).flatMap(([name, volume]) => {
    const problems = volumeFaults(volume, group, jobType);
    return failed(`Task group volume`, problems).map((text) =>
      text.replace("volume validation", `volume validation for ${name}`),
    );
  });
}

function volumeFaults(volume: VolumeRequest, group: TaskGroup, jobType: string): Problems {
  const { perAlloc } = volume;
  return [
    ...when(
      [volume.source === "", "volume has an empty source"],
      [perAlloc && (group.update?.canary ?? 0) > 0, "volume cannot be per_alloc when canaries are in use"],
      [
        perAlloc && (jobType === "system" || jobType === "sysbatch"),
        "volume cannot be per_alloc for system or sysbatch jobs",
      ],
      [perAlloc && volume.sticky, "volume cannot be per_alloc and sticky at the same time"],
    ),
    ...(volume.type === "host" ? hostFaults(volume) : volume.type === "csi" ? csiFaults(volume, group) : []),
  ];
}

const hostModes = [
  "",
  "single-node-reader-only",
  "single-node-writer",
  "single-node-single-writer",
  "single-node-multi-writer",
];

function hostFaults({ mountOptions, accessMode, attachmentMode, readOnly }: VolumeRequest): Problems {
  return when(
    [mountOptions !== null, "host volumes cannot have mount options"],
    [!["", "file-system"].includes(attachmentMode), "host volumes can only be mounted as file systems"],
    [!hostModes.includes(accessMode), `host volumes cannot be mounted with ${accessMode} access mode`],
    [accessMode === "single-node-reader-only" && !readOnly, `${accessMode} volumes must be read-only`],
  );
}

function csiFaults(
  { accessMode, attachmentMode, readOnly, perAlloc, sticky }: VolumeRequest,
  group: TaskGroup,
): Problems {
  const alone =
    accessMode === "single-node-reader-only" ||
    accessMode === "single-node-writer" ||
    accessMode === "multi-node-single-writer";
  return when(
    [sticky, "CSI volumes cannot be sticky"],
    [attachmentMode === "", "CSI volumes must have an attachment mode"],
    [accessMode === "", "CSI volumes must have an access mode"],
    [accessMode.endsWith("reader-only") && !readOnly, `${accessMode} volumes must be read-only`],
    [
      alone && !perAlloc && group.count > 1 && !readOnly,
      `volume with ${accessMode} access mode allows only one reader or writer`,
    ],
  );
}

/** Whether a relative path leaves the folder that it is relative to. Runtime references at its head are folders of the task. */
export function escapes(path: string): boolean {
  let depth = 0;
  for (const part of path.replace(/^\$\{[^}]*\}/, "").split("/")) {
    if (part === "..") depth -= 1;
    else if (part !== "" && part !== ".") depth += 1;
    if (depth < 0) return true;
  }
  return false;
}
