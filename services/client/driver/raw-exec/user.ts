import { readFileSync } from "node:fs";
import { err, ok, type Result } from "#core/base";
import { findTool } from "#client/supervisor";

export interface User {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
}

/** Looks a user up by name or number in the machine's list (passwd(5)). */
export function findUser(wanted: string, passwd = "/etc/passwd"): Result<User> {
  let lines: string[];
  try {
    lines = readFileSync(passwd, "utf8").split("\n");
  } catch (cause) {
    return err("io", `cannot read ${passwd}: ${(cause as Error).message}`);
  }
  for (const line of lines) {
    const [name, , uid, gid] = line.split(":");
    if (name !== undefined && uid !== undefined && gid !== undefined && (name === wanted || uid === wanted))
      return ok({ name, uid: Number(uid), gid: Number(gid) });
  }
  return err("not_found", `unknown user "${wanted}"`);
}

/** The words before a command that make it run as `user`, its groups included; none when that is who we are. */
export function becomeUser(user: User, ownUid: number): Result<readonly string[]> {
  if (user.uid === ownUid) return ok([]);
  if (ownUid !== 0) return err("denied", `the agent must run as root to start a task as user "${user.name}"`);
  const setpriv = findTool("setpriv");
  if (setpriv === undefined)
    return err("unavailable", "setpriv (util-linux) is needed to start a task as another user");
  return ok([setpriv, `--reuid=${user.uid}`, `--regid=${user.gid}`, "--init-groups", "--"]);
}
