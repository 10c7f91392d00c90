import { compareBytes, err, ok, type Result } from "#core/base";
import type { GossipCipher } from "./options.ts";

const KEY_BYTES = [16, 24, 32];

/** The keys of a pool: the primary seals, all open; changed while running in the order install, use, remove. */
export class KeyRing {
  readonly #cipher: GossipCipher | undefined;
  #keys: readonly Uint8Array[];

  constructor(cipher: GossipCipher | undefined, keys: readonly Uint8Array[]) {
    this.#cipher = cipher;
    this.#keys = keys;
  }

  get isEncrypting(): boolean {
    return this.#cipher !== undefined && this.#keys.length > 0;
  }

  get keys(): readonly Uint8Array[] {
    return this.#keys;
  }

  seal(plain: Uint8Array): Uint8Array {
    const primary = this.#keys[0];
    return this.#cipher === undefined || primary === undefined ? plain : this.#cipher.seal(primary, plain);
  }

  /** Plain bytes are refused while there are keys. */
  open(bytes: Uint8Array): Uint8Array | undefined {
    if (this.#cipher === undefined || this.#keys.length === 0) return bytes;
    for (const key of this.#keys) {
      const plain = this.#cipher.open(key, bytes);
      if (plain !== undefined) return plain;
    }
    return undefined;
  }

  install(key: Uint8Array): Result<undefined> {
    if (!KEY_BYTES.includes(key.length)) return err("bad_request", "key size must be 16, 24 or 32 bytes");
    if (!this.#has(key)) this.#keys = [...this.#keys, key];
    return ok(undefined);
  }

  use(key: Uint8Array): Result<undefined> {
    if (!this.#has(key)) return err("not_found", "requested key is not in the keyring");
    this.#keys = [key, ...this.#keys.filter((other) => compareBytes(other, key) !== 0)];
    return ok(undefined);
  }

  remove(key: Uint8Array): Result<undefined> {
    const primary = this.#keys[0];
    if (primary !== undefined && compareBytes(primary, key) === 0)
      return err("conflict", "removing the primary key is not allowed");
    this.#keys = this.#keys.filter((other) => compareBytes(other, key) !== 0);
    return ok(undefined);
  }

  #has(key: Uint8Array): boolean {
    return this.#keys.some((other) => compareBytes(other, key) === 0);
  }
}
