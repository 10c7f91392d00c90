import { found, refused, type WorldTools } from "./answers.ts";
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
