import type { Result } from "#core/base";
import type { Store, WatchKey } from "#core/store";
import type { HttpPorts } from "./ports.ts";
import { failed, type Headers, json, type Reply, text } from "./reply.ts";
import type { ApiRequest } from "./request.ts";

/** What a query found, at which index. */
export interface Found {
  readonly index: number;
  /** Undefined: nothing is there, and `missing` is the text that says so. */
  readonly json: string | undefined;
  readonly missing?: string;
  readonly nextToken?: string | undefined;
}

/** A query over the state: what to look up, and whose change could change the answer. */
export interface Query {
  readonly watch: readonly WatchKey[];
  find(store: Store): Result<Found>;
}

/** Answers a query; with an index it waits until the answer's own index has passed that one, or the time is over. */
export async function answer(query: Query, request: ApiRequest, ports: HttpPorts): Promise<Reply> {
  const { minIndex, waitMs } = request.options;
  const deadline = minIndex > 0 ? jittered(waitMs, request) : 0;
  const timeout = new Timeout(deadline, ports);
  try {
    for (;;) {
      const found = query.find(ports.state.store());
      if (!found.ok) return failed(found.failure);
      const isNew = found.value.index > minIndex;
      if (minIndex === 0 || isNew || timeout.isOver || request.signal.aborted) return reply(found.value, ports);
      await changeOf(query.watch, timeout, request, ports);
    }
  } finally {
    timeout.stop();
  }
}

/** Up to a sixteenth more, so that queries that began together do not end together. */
function jittered(waitMs: number, request: ApiRequest): number {
  return waitMs + (request.options.minIndex % 16) * (waitMs / 256);
}

class Timeout {
  isOver = false;
  #wake: (() => void) | undefined;
  readonly #stop: () => void;

  constructor(delayMs: number, ports: HttpPorts) {
    const handle = ports.timers.after(delayMs, () => {
      this.isOver = true;
      this.#wake?.();
    });
    this.#stop = () => handle.cancel();
  }

  onOver(wake: () => void): void {
    this.#wake = wake;
    if (this.isOver) wake();
  }

  stop(): void {
    this.#stop();
  }
}

/** Parks keys, not a snapshot: the query is asked anew when something under them changes. */
function changeOf(watch: readonly WatchKey[], timeout: Timeout, request: ApiRequest, ports: HttpPorts): Promise<void> {
  return new Promise((resolve) => {
    const leave = ports.state.watches.park(watch, () => done());
    const done = (): void => {
      leave();
      request.signal.removeEventListener("abort", done);
      resolve();
    };
    request.signal.addEventListener("abort", done, { once: true });
    timeout.onOver(done);
  });
}

function reply(found: Found, ports: HttpPorts): Reply {
  const headers = indexHeaders(found.index, ports, found.nextToken);
  return found.json === undefined ? text(found.missing ?? "", 404, headers) : json(found.json, headers);
}

export function indexHeaders(index: number, ports: HttpPorts, nextToken?: string): Headers {
  const { knownLeader, lastContactMs } = ports.state.contact();
  return {
    "X-Nomad-Index": String(index),
    "X-Nomad-KnownLeader": String(knownLeader),
    "X-Nomad-LastContact": String(lastContactMs),
    ...(nextToken !== undefined && nextToken !== "" && { "X-Nomad-NextToken": nextToken }),
  };
}
