import { spawnSync } from "node:child_process";
import * as platform from "node:crypto";
import { networkInterfaces } from "node:os";
import { cryptographyOf, type Host, type NetworkAddress, type WorldData } from "#core/template";

const PLUGIN_LIMIT_MS = 30_000;

function addresses(): NetworkAddress[] {
  return Object.entries(networkInterfaces()).flatMap(([name, list]) =>
    (list ?? []).map(({ cidr, internal }) => ({
      name,
      cidr: cidr ?? "",
      flags: internal ? ["up", "loopback"] : ["up", "default"],
    })),
  );
}

/** This machine, with the environment that the data names, or the process's own when asked. */
export function localHost(
  data: WorldData,
  env: Readonly<Record<string, string | undefined>>,
  usesProcessEnv: boolean,
  nowMs: number,
): Host {
  const own = Object.entries(usesProcessEnv ? env : {}).filter(
    (pair): pair is [string, string] => pair[1] !== undefined,
  );
  return {
    nowMs,
    random: {
      below: (bound) => platform.randomInt(bound),
      fraction: () => platform.randomInt(2 ** 47) / 2 ** 47,
      bytes: (length) => platform.randomBytes(length),
    },
    environment: new Map([...own, ...Object.entries(data.env ?? {})]),
    addresses: addresses(),
    refusePath: () => undefined,
    refuseOwner: () => undefined,
    runPlugin: (command, args) => {
      const done = spawnSync(command, args, { timeout: PLUGIN_LIMIT_MS, encoding: "utf8" });
      const problem = done.error?.message ?? (done.status === 0 ? undefined : `exit status ${done.status}`);
      return { problem, stdout: done.stdout ?? "", stderr: done.stderr ?? "" };
    },
    cryptography: cryptographyOf(platform),
  };
}
