import { expect, test } from "vitest";
import { ok, type Result } from "#core/base";
import { systemClock, systemRandom, systemTimers } from "#cli/agent";
import type { ConsulAnswer, ConsulRequest, Transport } from "./transport.ts";
import { Watches } from "./watches.ts";

/** Answers what has no index at once; the rest blocks. Counts what is open. */
class CountingTransport implements Transport {
  open = 0;
  openMax = 0;

  send({ query = {}, path, signal }: ConsulRequest): Promise<Result<ConsulAnswer>> {
    this.open++;
    this.openMax = Math.max(this.openMax, this.open);
    const answer = ok({ status: 200, headers: { "x-consul-index": "7" }, text: JSON.stringify(path) });
    return new Promise((resolve) => {
      const done = (): void => {
        this.open--;
        resolve(answer);
      };
      if (query["index"] === undefined) setImmediate(done);
      else signal?.addEventListener("abort", done, { once: true });
    });
  }

  close(): void {}
}

test("every question is answered, however many there are, and no more than a hundred block", async () => {
  const transport = new CountingTransport();
  const watches = new Watches({ transport, clock: systemClock, timers: systemTimers, random: systemRandom });
  const answered = new Set<string>();
  const all = Array.from({ length: 250 }, (_, at) => `/q/${at}`);
  await new Promise<void>((resolve) => {
    for (const path of all)
      watches.watch(
        { path, by: "index" },
        {
          changed: ({ text }) => {
            answered.add(text ?? "");
            if (answered.size === all.length) resolve();
          },
          degraded: () => undefined,
          recovered: () => undefined,
        },
      );
  });
  expect(watches.size).toBe(250);
  expect(transport.openMax).toBeLessThanOrEqual(101);
  watches.close();
});
