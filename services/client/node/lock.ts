import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { err, ok, type Result } from "#core/base";
import { identify, isSame, type ProcessIdentity } from "#client/process";

/** Two clients on one state directory would start every task twice: the second is refused. */
export function lockDirectory(stateDirectory: string): Result<Disposable> {
  const path = join(stateDirectory, "lock");
  const self = identify(process.pid);
  const taken = take(path, JSON.stringify(self));
  if (!taken) {
    const holder = lockHolder(stateDirectory);
    if (holder && isSame(holder) && holder.pid !== process.pid)
      return err("conflict", `${stateDirectory} is in use by process ${holder.pid}`, {
        hint: "stop that agent, or give this one another data_dir",
      });
    writeFileSync(path, JSON.stringify(self), { mode: 0o600 });
  }
  return ok({ [Symbol.dispose]: () => rmSync(path, { force: true }) });
}

/** Whoever took the lock last, alive or not. */
export function lockHolder(stateDirectory: string): ProcessIdentity | undefined {
  try {
    return JSON.parse(readFileSync(join(stateDirectory, "lock"), "utf8")) as ProcessIdentity;
  } catch {
    return undefined;
  }
}

function take(path: string, text: string): boolean {
  try {
    writeFileSync(path, text, { mode: 0o600, flag: "wx" });
    return true;
  } catch {
    return false;
  }
}
