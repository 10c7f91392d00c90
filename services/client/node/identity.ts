import { join } from "node:path";
import { err, isUuid, ok, type Random, type Result, Secret, uuidFrom } from "#core/base";
import { readChecked, writeChecked } from "#client/state";

const VERSIONS = { current: 1, oldest: 1 };

/** Who this node is; the same for as long as its state directory. */
export interface NodeIdentity {
  readonly id: string;
  readonly secretId: Secret;
  /** What was set over the API (`node meta apply`); null unsets a configured key. */
  readonly dynamicMeta: Readonly<Record<string, string | null>>;
}

interface Stored {
  readonly id: string;
  readonly secretId: string;
  readonly dynamicMeta: Readonly<Record<string, string | null>>;
}

export function loadIdentity(stateDirectory: string, random: Random): Result<NodeIdentity> {
  const path = identityPath(stateDirectory);
  const read = readChecked(path, VERSIONS);
  if (!read.ok) return read;
  if (read.value === undefined) {
    const made: NodeIdentity = { id: uuidFrom(random), secretId: new Secret(uuidFrom(random)), dynamicMeta: {} };
    const written = saveIdentity(stateDirectory, made);
    return written.ok ? ok(made) : written;
  }
  const stored = read.value.body as Stored;
  if (!isUuid(stored.id) || !isUuid(stored.secretId)) return err("corrupt", `${path} holds no node identity`);
  return ok({ id: stored.id, secretId: new Secret(stored.secretId), dynamicMeta: stored.dynamicMeta });
}

export function saveIdentity(stateDirectory: string, identity: NodeIdentity): Result<void> {
  const { id, secretId, dynamicMeta } = identity;
  const stored: Stored = { id, secretId: secretId.reveal("disk"), dynamicMeta };
  return writeChecked(identityPath(stateDirectory), VERSIONS.current, stored);
}

function identityPath(stateDirectory: string): string {
  return join(stateDirectory, "node.json");
}
