import type { Random } from "#core/base";
import type { Cryptography } from "../engine/host.ts";
import { List, type Value } from "../values/value.ts";
import type { Dependency } from "./dependency.ts";
import type { Answer, Snapshot } from "./snapshot.ts";
import { ConsulWorld, type ConsulData } from "./world-consul.ts";
import { NomadWorld, type NomadData } from "./world-nomad.ts";
import { VaultWorld, type VaultData } from "./world-vault.ts";

/** What `template render -data` reads: everything that templates ask for, written down. */
export interface WorldData {
  readonly consul?: ConsulData;
  readonly vault?: VaultData;
  readonly nomad?: NomadData;
  readonly env?: Readonly<Record<string, string>>;
  /** Text by path. */
  readonly files?: Readonly<Record<string, string>>;
  readonly options?: {
    readonly left_delimiter?: string;
    readonly right_delimiter?: string;
    readonly error_on_missing_key?: boolean;
    readonly function_denylist?: readonly string[];
    readonly sandbox_path?: string;
    readonly vault_token?: string;
  };
}

export interface WorldTools {
  readonly nowMs: number;
  readonly random: Random;
  /** Makes the mesh's CA and leaves; without it they are refused. */
  readonly cryptography: Cryptography | undefined;
}

export const found = (value: Value, secrets: readonly string[] = []): Answer => ({ kind: "value", value, secrets });
export const refused = (message: string): Answer => ({ kind: "error", message });
export const absent: Answer = { kind: "absent" };

/** A source of answers made from written data, with a Consul agent of its own beside the data's nodes. */
export function worldOf(data: WorldData, tools: WorldTools): Snapshot {
  const consul = new ConsulWorld(data.consul ?? {}, tools);
  const vault = new VaultWorld(data.vault ?? {}, data.options?.vault_token);
  const nomad = new NomadWorld(data.nomad ?? {});
  return {
    answerTo: (dependency) => {
      switch (dependency.kind) {
        case "file":
          return fileAnswer(data, dependency.path);
        case "secret":
        case "secretList":
        case "certificate":
          return vault.answerTo(dependency);
        case "nomadService":
        case "nomadServices":
        case "variable":
        case "variableList":
          return nomad.answerTo(dependency);
        default:
          return consul.answerTo(dependency);
      }
    },
  };
}

function fileAnswer(data: WorldData, path: string): Answer {
  const content = data.files?.[path];
  return content === undefined ? refused(`stat ${path}: no such file or directory`) : found(content);
}

export function unsupported(dependency: Dependency): Answer {
  return refused(`${dependency.name}: Unexpected response code: 404 ()`);
}

export function listAnswer(items: readonly Value[], element: string): Answer {
  return found(new List(items, element));
}
