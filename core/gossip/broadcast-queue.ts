import { encodeMessage, MESSAGE_OVERHEAD } from "./codec.ts";
import type { News } from "./message.ts";

interface Rumour {
  readonly topic: string;
  readonly bytes: Uint8Array;
  readonly order: number;
  transmits: number;
}

const RUMOURS_MAX = 4_096;

/** How often each member repeats a piece of news: it then reaches everybody with high probability (SWIM §4.1). */
export function retransmitLimit(multiplier: number, members: number): number {
  return multiplier * Math.ceil(Math.log10(members + 1));
}

/**
 * News to piggyback, least-told first and, of those, the newest first. Newer news about a member replaces older; when
 * the queue is full, what was told most often goes.
 */
export class BroadcastQueue {
  readonly #byTopic = new Map<string, Rumour>();
  #order = 0;

  get size(): number {
    return this.#byTopic.size;
  }

  add(topic: string, news: News): void {
    this.#order++;
    this.#byTopic.set(topic, { topic, bytes: encodeMessage(news), order: this.#order, transmits: 0 });
    if (this.#byTopic.size > RUMOURS_MAX) this.#drop();
  }

  /** Fills `room` bytes, counting each pick as one transmission. */
  take(room: number, limit: number): Uint8Array[] {
    if (this.#byTopic.size === 0) return [];
    const picked: Uint8Array[] = [];
    let left = room;
    for (const rumour of this.#ranked()) {
      const cost = rumour.bytes.length + MESSAGE_OVERHEAD;
      if (cost > left || picked.length >= 200) continue;
      left -= cost;
      picked.push(rumour.bytes);
      if (++rumour.transmits >= limit) this.#byTopic.delete(rumour.topic);
    }
    return picked;
  }

  #ranked(): Rumour[] {
    return [...this.#byTopic.values()].sort(
      (left, right) => left.transmits - right.transmits || right.order - left.order,
    );
  }

  #drop(): void {
    const last = this.#ranked().at(-1);
    if (last !== undefined) this.#byTopic.delete(last.topic);
  }
}
