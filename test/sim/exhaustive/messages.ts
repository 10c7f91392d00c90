import type { Message } from "#core/raft";

/** Every message that any history brings about, once, under a number. */
export class Messages {
  readonly #ids = new Map<string, number>();
  readonly #messages: Message[] = [];
  readonly #targets: number[] = [];
  readonly #servers: readonly string[];

  constructor(servers: readonly string[]) {
    this.#servers = servers;
  }

  /** Numbers begin at 1: 0 is no message. */
  idOf(message: Message): number {
    const key = keyOf(message);
    const known = this.#ids.get(key);
    if (known !== undefined) return known;
    this.#messages.push(message);
    this.#targets.push(this.#servers.indexOf(message.to));
    this.#ids.set(key, this.#messages.length);
    return this.#messages.length;
  }

  at(id: number): Message {
    return this.#messages[id - 1] as Message;
  }

  targetOf(id: number): number {
    return this.#targets[id - 1] as number;
  }

  get count(): number {
    return this.#messages.length;
  }

  describe(id: number): string {
    return keyOf(this.at(id));
  }
}

function keyOf(message: Message): string {
  return JSON.stringify(message, (key, value: unknown) => (key === "data" ? (value as Uint8Array).join() : value));
}
