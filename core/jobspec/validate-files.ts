import type { TaskArtifact, Template } from "#core/model";
import { formatDuration } from "#core/values";
import { failed, firstOf, firstPlaces, type Problems, quoted, when } from "./problems.ts";
import { escapes } from "./validate-network.ts";

export function artifactProblems(artifacts: readonly TaskArtifact[] | null): Problems {
  return (artifacts ?? []).flatMap((artifact, index) => failed(`Artifact ${index + 1}`, artifactFaults(artifact)));
}

function artifactFaults(artifact: TaskArtifact): Problems {
  const { getterSource, getterMode, relativeDest } = artifact;
  return [
    ...when(
      [getterSource === "", "source must be specified"],
      [
        !["any", "file", "dir"].includes(getterMode),
        `invalid artifact mode ${quoted(getterMode)}; must be one of: any, file, dir`,
      ],
      [escapesTaskFolder(relativeDest), "destination escapes allocation directory"],
    ),
    ...checksumFaults(artifact),
  ];
}

/** A destination is relative to the task's folder, beside which the allocation's shared one lies. */
function escapesTaskFolder(path: string): boolean {
  return escapes(`task/${path}`) || /^\.\.\/(?!alloc(\/|$))/.test(path.replace(/^\/+/, ""));
}

const digestBytes: Readonly<Record<string, number>> = { md5: 16, sha1: 20, sha256: 32, sha512: 64 };

function checksumFaults(artifact: TaskArtifact): Problems {
  const checksum = artifact.getterOptions?.["checksum"];
  if (checksum === undefined || checksum.includes("${")) return [];
  if (checksum === "") return ["checksum value cannot be empty"];
  const at = checksum.indexOf(":");
  if (at === -1) return [`checksum must be given as "type:value"; got ${quoted(checksum)}`];
  const [kind, value] = [checksum.slice(0, at), checksum.slice(at + 1)];
  if (kind === "file") return [];
  const bytes = digestBytes[kind];
  return firstOf(
    [bytes === undefined, `unsupported checksum type: ${kind}`],
    [value.length % 2 === 1, "invalid checksum: encoding/hex: odd length hex string"],
    [!/^[0-9a-fA-F]*$/.test(value), "invalid checksum: encoding/hex: invalid byte"],
    [value.length !== (bytes ?? 0) * 2, `invalid ${kind} checksum: ${value}`],
  );
}

/** Templates each by themselves; two must not write one file. */
export function templateProblems(templates: readonly Template[] | null): Problems {
  const firsts = firstPlaces((templates ?? []).map((template) => template.destPath));
  return (templates ?? []).flatMap((template, index) => {
    const first = firsts[index] as number;
    return [
      ...failed(`Template ${index + 1}`, templateFaults(template)),
      ...when([
        first < index && template.destPath !== "",
        `Template ${index + 1} has same destination as ${first + 1}`,
      ]),
    ];
  });
}

function templateFaults(template: Template): Problems {
  const { sourcePath, embeddedTmpl, destPath, splayNs, perms } = template;
  return [
    ...when(
      [sourcePath === "" && embeddedTmpl === "", "Must specify a source path or have an embedded template"],
      [destPath === "", "Must specify a destination for the template"],
      [destPath !== "" && escapesTaskFolder(destPath), "destination escapes allocation directory"],
    ),
    ...changeModeFaults(template),
    ...when(
      [splayNs < 0, "Must specify positive splay value"],
      [
        perms !== "" && !/^[0-7]+$/.test(perms),
        `Failed to parse ${quoted(perms)} as octal: strconv.ParseUint: parsing ${quoted(perms)}: invalid syntax`,
      ],
    ),
    ...waitFaults(template),
  ];
}

function changeModeFaults({ changeMode, changeSignal, changeScript, envvars }: Template): Problems {
  switch (changeMode) {
    case "noop":
    case "restart":
      return [];
    case "signal":
      return when(
        [changeSignal === "", "Must specify signal value when change mode is signal"],
        [envvars, "cannot use signals with env var templates"],
      );
    case "script":
      return firstOf(
        [changeScript === null, "must specify change script configuration value when change mode is script"],
        [changeScript?.command === "", "must specify script path value when change mode is script"],
      );
    default:
      return ["Invalid change mode. Must be one of the following: noop, signal, script, restart"];
  }
}

function waitFaults({ wait }: Template): Problems {
  if (wait === null) return [];
  return when(
    [wait.minNs < 0, `wait min ${formatDuration(wait.minNs)} must not be negative`],
    [
      wait.maxNs !== 0 && wait.minNs > wait.maxNs,
      `wait min ${formatDuration(wait.minNs)} is greater than max ${formatDuration(wait.maxNs)}`,
    ],
  );
}
