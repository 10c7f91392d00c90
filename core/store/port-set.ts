const PORTS = 65_536;
const ANY_ADDRESS = "";

/** A port of a node: on one of its addresses, or with an empty address on all of them. */
export interface HostPort {
  readonly hostIp: string;
  readonly value: number;
}

/** The ports in use on a node: for each address a bit a port, 8 KiB. */
export class PortSet {
  readonly #byAddress = new Map<string, Uint32Array>();

  has({ hostIp, value }: HostPort): boolean {
    return this.#isSet(hostIp, value) || (hostIp !== ANY_ADDRESS && this.#isSet(ANY_ADDRESS, value));
  }

  add({ hostIp, value }: HostPort): void {
    const bits = this.#byAddress.get(hostIp) ?? new Uint32Array(PORTS / 32);
    this.#byAddress.set(hostIp, bits);
    bits[value >>> 5] = (bits[value >>> 5] as number) | (1 << (value & 31));
  }

  delete({ hostIp, value }: HostPort): void {
    const bits = this.#byAddress.get(hostIp);
    if (bits) bits[value >>> 5] = (bits[value >>> 5] as number) & ~(1 << (value & 31));
  }

  #isSet(hostIp: string, value: number): boolean {
    const bits = this.#byAddress.get(hostIp);
    return bits !== undefined && (((bits[value >>> 5] as number) >>> (value & 31)) & 1) === 1;
  }
}
