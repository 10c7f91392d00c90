import { err, ok, type Result } from "#core/base";
import type { User } from "#client/process";
import { findTool } from "#client/supervisor";

/** The words before a command that make it run as `user`, its groups included; none when that is who we are. */
export function becomeUser(user: User, ownUid: number): Result<readonly string[]> {
  if (user.uid === ownUid) return ok([]);
  if (ownUid !== 0) return err("denied", `the agent must run as root to start a task as user "${user.name}"`);
  const setpriv = findTool("setpriv");
  if (setpriv === undefined)
    return err("unavailable", "setpriv (util-linux) is needed to start a task as another user");
  return ok([setpriv, `--reuid=${user.uid}`, `--regid=${user.gid}`, "--init-groups", "--"]);
}
