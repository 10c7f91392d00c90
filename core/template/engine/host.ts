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

export interface Signature {
  readonly algorithm: "rsa" | "ecdsa" | "ed25519";
  readonly bytes: Uint8Array;
}

/** Cryptography that needs the platform: keys, signatures with SHA-256, AES. Certificates are built upon it. */
export interface Cryptography {
  /** A new private key, as PEM: RSA of 2048 bits, ECDSA on P-256, Ed25519. */
  readonly generatePrivateKey: (kind: Signature["algorithm"]) => string;
  /** The SubjectPublicKeyInfo of a private key; undefined when that is none. */
  readonly publicKey: (privateKeyPem: string) => Uint8Array | undefined;
  readonly sign: (privateKeyPem: string, bytes: Uint8Array) => Signature | undefined;
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
