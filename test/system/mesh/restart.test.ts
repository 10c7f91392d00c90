import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { systemClock, systemRandom, systemTimers } from "#cli/agent";
import { NpmTransport, type Question, Watches } from "#integrations/consul";
import { component, ConsulProcess, until } from "#test/support";

const isPresent = component("consul") !== undefined;
const WATCHES = 60;
const RESTARTS = 3;

/** A server that restarts leads before it has read back its log, and answers meanwhile that there is nothing. */
describe.skipIf(!isPresent)("a Consul that was killed and reads back a long log", () => {
  let consul: ConsulProcess;

  beforeAll(async () => {
    consul = await ConsulProcess.start();
    for (const id of ["api-1", "api-2"])
      await consul.call("/agent/service/register", { ID: id, Name: "api", Port: 9000, Meta: { version: "v1" } });
    await lengthenLog(consul);
  });
  afterAll(() => consul?.stop());

  test("is never believed to have lost its services", async () => {
    const transport = new NpmTransport({
      url: consul.address,
      socketPath: undefined,
      token: undefined,
      tls: undefined,
    });
    const watches = new Watches({ transport, clock: systemClock, timers: systemTimers, random: systemRandom });
    const answers = new Map<number, number>();
    const seen = new Set<number>();
    for (let at = 0; at < WATCHES; at++)
      watches.watch(questionOf(at), {
        changed: ({ text }) => {
          const instances = (JSON.parse(text ?? "[]") as unknown[]).length;
          answers.set(instances, (answers.get(instances) ?? 0) + 1);
          seen.add(at);
        },
        degraded: () => seen.delete(at),
        recovered: () => seen.add(at),
      });
    await until("all are answered", () => seen.size === WATCHES);
    for (let restart = 0; restart < RESTARTS; restart++) {
      await consul.kill();
      await until("all have noticed", () => seen.size === 0);
      await consul.run();
      await until("all are answered again", () => seen.size === WATCHES, 60_000);
    }
    watches.close();
    transport.close();
    expect([...answers.keys()]).toEqual([2]);
  });
});

/** Each a question of its own with the same answer. */
function questionOf(at: number): Question {
  return { path: "/health/service/api", query: { filter: `Service.ID != "none-${at}"` }, by: "index" };
}

async function lengthenLog(consul: ConsulProcess): Promise<void> {
  const value = Buffer.from("v".repeat(300)).toString("base64");
  for (let entry = 0; entry < 400; entry++) {
    const sets = Array.from({ length: 64 }, (_, at) => ({
      KV: { Verb: "set", Key: `x/${entry}/${at}`, Value: value },
    }));
    await consul.call("/txn", sets);
  }
}
