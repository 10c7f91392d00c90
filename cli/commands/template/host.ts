import { spawnSync } from "node:child_process";
import { createCipheriv, createDecipheriv, generateKeyPairSync, randomBytes, randomInt } from "node:crypto";
import { networkInterfaces } from "node:os";
import type { Cryptography, Host, NetworkAddress, WorldData } from "#core/template";

const PLUGIN_LIMIT_MS = 30_000;

function generatePrivateKey(kind: string): string {
  const { privateKey } =
    kind === "rsa"
      ? generateKeyPairSync("rsa", { modulusLength: 4096 })
      : kind === "ed25519"
        ? generateKeyPairSync("ed25519")
        : generateKeyPairSync("ec", { namedCurve: "P-256" });
  const type = kind === "rsa" ? "pkcs1" : kind === "ed25519" ? "pkcs8" : "sec1";
  return privateKey.export({ type, format: "pem" } as { type: "pkcs8"; format: "pem" }).toString();
}

const cryptography: Cryptography = {
  generatePrivateKey,
  encryptAes: (key, plain) => {
    const vector = randomBytes(16);
    const cipher = createCipheriv("aes-256-cbc", key, vector);
    return Buffer.concat([vector, cipher.update(plain), cipher.final()]);
  },
  decryptAes: (key, sealed) => {
    try {
      const decipher = createDecipheriv("aes-256-cbc", key, sealed.subarray(0, 16));
      return Buffer.concat([decipher.update(sealed.subarray(16)), decipher.final()]);
    } catch {
      return undefined;
    }
  },
};

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
      below: (bound) => randomInt(bound),
      fraction: () => randomInt(2 ** 47) / 2 ** 47,
      bytes: (length) => randomBytes(length),
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
    cryptography,
  };
}
