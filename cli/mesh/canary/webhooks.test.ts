import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { systemTimers } from "#cli/agent";
import { defaultWebhook, type Webhook } from "#core/delivery";
import { Webhooks } from "./webhooks.ts";

let server: Server;
let url: string;
/** Statuses to be answered with, the first first; then 200. */
let statuses: number[] = [];
let told: { readonly body: unknown; readonly authorization: string | undefined }[] = [];
let remarks: string[] = [];

beforeAll(async () => {
  server = createServer((request, answer) => {
    let body = "";
    request.on("data", (chunk) => (body += chunk));
    request.on("end", () => {
      const status = statuses.shift() ?? 200;
      if (status === 0) return;
      if (status === 200) told.push({ body: JSON.parse(body), authorization: request.headers.authorization });
      answer.writeHead(status).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/hush`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});
beforeEach(() => {
  [statuses, told, remarks] = [[], [], []];
});

function hooks(...all: readonly Partial<Webhook>[]): Webhooks {
  const full = all.map((each) => ({ ...defaultWebhook, url, ...each }));
  const remark = (text: string): void => void remarks.push(text);
  return new Webhooks(full, { env: { TOKEN: "Bearer hush", HOOK: url }, timers: systemTimers, remark });
}

test("events are told in order, those that are asked for, with a secret that is nowhere else", async () => {
  const secretHeaders = { Authorization: "env:TOKEN" };
  const all = hooks({ events: ["weights", "ended"], secretHeaders, url: "env:HOOK" });
  all.tell("begun", { Event: "begun" });
  all.tell("weights", { Event: "weights" });
  all.tell("ended", { Event: "ended" });
  await all.close();
  expect(told).toEqual([
    { body: { Event: "weights" }, authorization: "Bearer hush" },
    { body: { Event: "ended" }, authorization: "Bearer hush" },
  ]);
});

test("what fails for a while is tried again, in order", async () => {
  statuses = [503, 500];
  const all = hooks({});
  all.tell("weights", { at: 1 });
  all.tell("ended", { at: 2 });
  await all.close();
  expect(told.map(({ body }) => body)).toEqual([{ at: 1 }, { at: 2 }]);
  expect(remarks).toEqual([]);
});

test("who refuses, or does not answer, is said once and holds up nobody; no URL is shown", async () => {
  statuses = [401, 403];
  const all = hooks({});
  all.tell("weights", { at: 1 });
  all.tell("ended", { at: 2 });
  await all.close();
  expect(remarks).toEqual(["webhook 1 is not told: status 401"]);
  statuses = [0];
  const slow = hooks({ timeoutMs: 100, retries: 0 });
  slow.tell("ended", { at: 3 });
  await slow.close();
  expect(remarks.at(-1)).toBe("webhook 1 is not told: no answer within 0.1 s");
  expect(remarks.join()).not.toContain("hush");
});

test("at its end it waits for ten seconds at most, and says what was not told", async () => {
  const waits: (() => void)[] = [];
  const timers = {
    after: (delayMs: number, run: () => void) => {
      if (delayMs === 10_000) waits.push(run);
      return { cancel: () => undefined };
    },
  };
  statuses = [0];
  const remark = (text: string): void => void remarks.push(text);
  const all = new Webhooks([{ ...defaultWebhook, url }], { env: {}, timers, remark });
  for (let at = 0; at < 150; at++) all.tell("check", { at });
  const closed = all.close();
  waits[0]?.();
  await closed;
  expect(remarks).toEqual(["webhook 1: 150 events were not delivered"]);
});
