import { expect, test } from "vitest";
import { err, ok, type Result } from "#core/base";
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

interface Said {
  readonly index: number;
  readonly text: string;
}

/** Gives out what is next in its list, and keeps how it was asked; then it blocks. */
class ScriptedTransport implements Transport {
  readonly asked: string[] = [];
  readonly #script: (Said | "away")[];

  constructor(script: (Said | "away")[]) {
    this.#script = script;
  }

  send({ query = {} }: ConsulRequest): Promise<Result<ConsulAnswer>> {
    this.asked.push(query["consistent"] === undefined ? `index=${String(query["index"])}` : "consistent");
    const next = this.#script.shift();
    if (next === undefined) return new Promise(() => undefined);
    if (next === "away") return Promise.resolve(err("unavailable", "away"));
    return Promise.resolve(ok({ status: 200, headers: { "x-consul-index": String(next.index) }, text: next.text }));
  }

  close(): void {}
}

async function heard(script: (Said | "away")[], asks: number): Promise<{ said: string[]; asked: string[] }> {
  const transport = new ScriptedTransport(script);
  const watches = new Watches({ transport, clock: systemClock, timers: systemTimers, random: systemRandom });
  const said: string[] = [];
  const observer = {
    changed: ({ text }: { text: string | undefined }) => void said.push(text ?? "404"),
    degraded: () => void said.push("degraded"),
    recovered: () => void said.push("recovered"),
  };
  watches.watch({ path: "/health/connect/api", by: "index" }, observer);
  await expect.poll(() => transport.asked.length).toBe(asks);
  watches.close();
  return { said, asked: transport.asked };
}

test("who has lost its server asks consistently: a new leader reads back its state and knows no service yet", async () => {
  const script = [{ index: 7, text: "two" }, "away" as const, { index: 7, text: "two" }, { index: 8, text: "three" }];
  expect(await heard(script, 5)).toEqual({
    asked: ["consistent", "index=7", "consistent", "index=7", "index=8"],
    said: ["two", "degraded", "recovered", "three"],
  });
});

test("an index that goes back counts only when it is said consistently", async () => {
  expect(
    await heard(
      [
        { index: 7, text: "two" },
        { index: 1, text: "none" },
        { index: 7, text: "two" },
      ],
      4,
    ),
  ).toEqual({
    asked: ["consistent", "index=7", "consistent", "index=7"],
    said: ["two"],
  });
  expect(
    await heard(
      [
        { index: 7, text: "two" },
        { index: 3, text: "one" },
        { index: 3, text: "one" },
      ],
      4,
    ),
  ).toEqual({
    asked: ["consistent", "index=7", "consistent", "index=3"],
    said: ["two", "one"],
  });
});
