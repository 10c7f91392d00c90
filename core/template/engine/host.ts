import type { Random } from "#core/base";

export interface NetworkAddress {
  /** `eth0` */
  readonly name: string;
  /** `10.0.0.7/24` or `fe80::1/64` */
  readonly cidr: string;
  readonly flags: readonly string[];
}

export interface Certificate {
  readonly certPem: string;
  readonly keyPem: string;
}

/** Cryptography that needs the platform: the functions that make keys and certificates, and AES. */
export interface Cryptography {
  readonly generatePrivateKey: (kind: string) => string;
  /** Absent where no certificates can be made. */
  readonly selfSignedCertificate?: (
    name: string,
    addresses: readonly string[],
    names: readonly string[],
    days: number,
    ca?: Certificate,
    isCa?: boolean,
  ) => Certificate;
  /** AES-256-CBC, the initialisation vector first. */
  readonly encryptAes: (key: Uint8Array, plain: Uint8Array) => Uint8Array;
  readonly decryptAes: (key: Uint8Array, sealed: Uint8Array) => Uint8Array | undefined;
}

export interface CommandOutcome {
  readonly problem: string | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

/** What a pass sees of the machine: handed in, so that a pass is a function of its inputs. */
export interface Host {
  readonly nowMs: number;
  readonly random: Random;
  /** The environment of the task. */
  readonly environment: ReadonlyMap<string, string>;
  readonly addresses: readonly NetworkAddress[];
  /** Why a path may not be read, when it lies outside the task's folder. */
  readonly refusePath: (path: string) => string | undefined;
  /** Why a user or group cannot be found; undefined when it can. */
  readonly refuseOwner: (kind: "user" | "group", name: string) => string | undefined;
  readonly runPlugin: (command: string, args: readonly string[]) => CommandOutcome;
  readonly cryptography: Cryptography | undefined;
}
