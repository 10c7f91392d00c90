const PORTS = 65_536;

/** The ports in use on one address of a node: a bit a port, 8 KiB, with a count. */
export class PortSet {
  readonly #bits = new Uint32Array(PORTS / 32);

  has(port: number): boolean {
    return (((this.#bits[port >>> 5] as number) >>> (port & 31)) & 1) === 1;
  }

  add(port: number): void {
    this.#bits[port >>> 5] = (this.#bits[port >>> 5] as number) | (1 << (port & 31));
  }

  delete(port: number): void {
    this.#bits[port >>> 5] = (this.#bits[port >>> 5] as number) & ~(1 << (port & 31));
  }

  copy(): PortSet {
    const other = new PortSet();
    other.#bits.set(this.#bits);
    return other;
  }
}
