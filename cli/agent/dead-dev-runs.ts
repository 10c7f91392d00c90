import { readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { failureOf, type Logger, type Timers } from "#core/base";
import { reapLeftovers } from "#client/node";
import { DEV_PREFIX } from "./data-directory.ts";

/** Ends the tasks of `-dev` agents that were killed, and removes their folders; those of living ones are left alone. */
export async function reapDeadDevRuns(timers: Timers, logger: Logger): Promise<void> {
  for (const name of readdirSync(tmpdir()).filter((each) => each.startsWith(DEV_PREFIX))) {
    const root = join(tmpdir(), name);
    try {
      const isDead = await reapLeftovers({
        stateDirectory: join(root, "client"),
        allocDirectory: join(root, "alloc"),
        timers,
        logger,
      });
      if (!isDead) continue;
      rmSync(root, { recursive: true, force: true });
      logger.log("info", "removed what a killed -dev agent had left", { folder: root });
    } catch (error) {
      logger.log("warn", "what a killed -dev agent left cannot be removed", {
        folder: root,
        reason: failureOf(error).message,
      });
    }
  }
}
