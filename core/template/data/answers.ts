import type { Random } from "#core/base";
import type { Cryptography } from "../engine/host.ts";
import { List, type Value } from "../values/value.ts";
import type { Dependency } from "./dependency.ts";
import type { Answer } from "./snapshot.ts";

export interface WorldTools {
  readonly nowMs: number;
  readonly random: Random;
  /** Makes the mesh's CA and leaves; without it they are refused. */
  readonly cryptography: Cryptography | undefined;
}

export const found = (value: Value, secrets: readonly string[] = []): Answer => ({ kind: "value", value, secrets });
export const refused = (message: string): Answer => ({ kind: "error", message });
export const absent: Answer = { kind: "absent" };

export function unsupported(dependency: Dependency): Answer {
  return refused(`${dependency.name}: Unexpected response code: 404 ()`);
}

export function listAnswer(items: readonly Value[], element: string): Answer {
  return found(new List(items, element));
}
