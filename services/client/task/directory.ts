import { chmodSync, chownSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { err, ok, type Result } from "#core/base";

/** The folders of an allocation: `alloc/{data,logs,tmp}` for all of its tasks. */
export interface AllocPlaces {
  readonly root: string;
  readonly shared: string;
  readonly logs: string;
}

/** The folders of a task inside its allocation. */
export interface TaskPlaces {
  readonly root: string;
  readonly local: string;
  readonly secrets: string;
  readonly private: string;
  readonly tmp: string;
}

export function allocPlaces(allocDirectory: string, allocId: string): AllocPlaces {
  const root = join(allocDirectory, allocId);
  return { root, shared: join(root, "alloc"), logs: join(root, "alloc", "logs") };
}

export function taskPlaces(alloc: AllocPlaces, task: string): TaskPlaces {
  const root = join(alloc.root, task);
  return {
    root,
    local: join(root, "local"),
    secrets: join(root, "secrets"),
    private: join(root, "private"),
    tmp: join(root, "tmp"),
  };
}

/** Any task of the allocation writes here, whichever user it runs as; the folder above keeps everybody else out. */
const SHARED_MODE = 0o777;
const SECRET_MODE = 0o700;
/** Enough to pass through, not to look around. */
const ROOT_MODE = 0o711;

export function makeAllocDirectory(places: AllocPlaces): Result<void> {
  return attempt(`the allocation's directory ${places.root}`, () => {
    make(places.root, ROOT_MODE);
    for (const folder of [places.shared, join(places.shared, "data"), places.logs, join(places.shared, "tmp")])
      make(folder, SHARED_MODE);
  });
}

/** `owner` is whom the task runs as, when that is not the agent's own user. */
export function makeTaskDirectory(
  places: TaskPlaces,
  owner?: { readonly uid: number; readonly gid: number },
): Result<void> {
  return attempt(`the task's directory ${places.root}`, () => {
    for (const folder of [places.root, places.local, places.tmp]) make(folder, SHARED_MODE);
    make(places.private, SECRET_MODE);
    make(places.secrets, SECRET_MODE);
    if (owner) chownSync(places.secrets, owner.uid, owner.gid);
  });
}

function make(folder: string, mode: number): void {
  mkdirSync(folder, { recursive: true });
  chmodSync(folder, mode);
}

function attempt(what: string, act: () => void): Result<void> {
  try {
    act();
    return ok(undefined);
  } catch (cause) {
    return err("io", `cannot make ${what}: ${(cause as Error).message}`, { cause: cause as Error });
  }
}
