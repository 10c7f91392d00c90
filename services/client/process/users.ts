import { readFileSync } from "node:fs";
import { err, ok, type Result } from "#core/base";

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
