import {
  closeSync,
  constants,
  existsSync,
  fchmodSync,
  fchownSync,
  lstatSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
} from "node:fs";
import { dirname, join } from "node:path";
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

export interface Owner {
  readonly uid: number;
  readonly gid: number;
}

/** `owner` is whom the task runs as, when that is not the agent's own user: its secrets are that user's. */
export function makeTaskDirectory(places: TaskPlaces, owner?: Owner): Result<void> {
  return attempt(`the task's directory ${places.root}`, () => {
    for (const folder of [places.root, places.local, places.tmp]) make(folder, SHARED_MODE);
    make(places.private, SECRET_MODE);
    make(places.secrets, SECRET_MODE, owner);
  });
}

/**
 * Hands the data of an ended allocation on to its replacement (`ephemeral_disk.sticky`): `alloc/data` and each task's
 * `local`. What is not there any more was handed on before.
 */
export function handOnData(from: AllocPlaces, to: AllocPlaces, tasks: readonly string[]): Result<void> {
  const data = (places: AllocPlaces): string => join(places.shared, "data");
  const pairs = tasks.map((task) => [taskPlaces(from, task).local, taskPlaces(to, task).local] as const);
  return attempt(`the data of ${to.root}`, () => {
    for (const [old, target] of [[data(from), data(to)] as const, ...pairs]) {
      if (!existsSync(old)) continue;
      mkdirSync(dirname(target), { recursive: true });
      rmSync(target, { recursive: true, force: true });
      renameSync(old, target);
    }
  });
}

/**
 * Tasks may write into these folders, so a later start can find anything in their place. Only a folder that is new gets
 * its mode and owner, through a descriptor: a link that a task left there is never followed, let alone changed.
 */
function make(folder: string, mode: number, owner?: Owner): void {
  try {
    mkdirSync(folder);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== "EEXIST") throw cause;
    if (!lstatSync(folder).isDirectory()) throw new Error(`${folder} is not a directory any more`, { cause });
    return;
  }
  const descriptor = openSync(folder, constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW);
  try {
    fchmodSync(descriptor, mode);
    if (owner) fchownSync(descriptor, owner.uid, owner.gid);
  } finally {
    closeSync(descriptor);
  }
}

function attempt(what: string, act: () => void): Result<void> {
  try {
    act();
    return ok(undefined);
  } catch (cause) {
    return err("io", `cannot make ${what}: ${(cause as Error).message}`, { cause: cause as Error });
  }
}
