import { constants, type Stats, statSync } from "node:fs";
import { isAbsolute, join } from "node:path";
import { err, ok, type Result } from "#core/base";

/** What a command is looked for with. */
export interface BinarySearch {
  readonly command: string;
  readonly taskDirectory: string;
  /** The task's own PATH. */
  readonly path: string;
  /** The user that will run it; 0 may run whatever has any execute bit. */
  readonly uid: number;
}

/**
 * The program of a command: an absolute path as it is, anything else below the task's directory (`local/` first), then
 * on the PATH. Found but not a program that may be executed is said as such.
 */
export function findBinary(search: BinarySearch): Result<string> {
  let refusal: string | undefined;
  for (const candidate of candidates(search)) {
    const found = statOf(candidate);
    if (found === undefined) continue;
    const problem = problemOf(found, search.uid);
    if (problem === undefined) return ok(candidate);
    refusal ??= `binary "${candidate}" ${problem}`;
  }
  return err("not_found", refusal ?? `binary "${search.command}" could not be found`);
}

function candidates({ command, taskDirectory, path }: BinarySearch): string[] {
  if (isAbsolute(command)) return [command];
  const inTask = [join(taskDirectory, "local", command), join(taskDirectory, command)];
  if (command.includes("/")) return inTask;
  return [
    ...inTask,
    ...path
      .split(":")
      .filter(isAbsolute)
      .map((folder) => join(folder, command)),
  ];
}

function statOf(path: string): Stats | undefined {
  return statSync(path, { throwIfNoEntry: false });
}

function problemOf(found: Stats, uid: number): string | undefined {
  if (found.isDirectory()) return "is a directory";
  if (!found.isFile()) return "is not a file";
  const mode = (found.mode & 0o777).toString(8).padStart(4, "0");
  return mayExecute(found, uid) ? undefined : `has no execute permission (mode ${mode})`;
}

function mayExecute(found: Stats, uid: number): boolean {
  const anyone = constants.S_IXUSR | constants.S_IXGRP | constants.S_IXOTH;
  if (uid === 0) return (found.mode & anyone) !== 0;
  if (found.uid === uid) return (found.mode & constants.S_IXUSR) !== 0;
  return (found.mode & (constants.S_IXGRP | constants.S_IXOTH)) !== 0;
}
