import { expect, test } from "vitest";
import { identify } from "#client/process";
import { Readiness } from "./readiness.ts";

const running = identify(process.pid);
const gone = { pid: 999_999_999, start: "1" } as unknown as typeof running;

test("an Envoy is ready once it has the listener, for as long as it lives, and a while longer than its connection", () => {
  let nowMs = 0;
  const readiness = new Readiness(() => nowMs, undefined);
  expect(readiness.isReady(undefined, running)).toBe(false);
  expect(readiness.isReady(false, running)).toBe(false);
  expect(readiness.isReady(true, running)).toBe(true);
  nowMs = 9_999;
  expect(readiness.isReady(undefined, running)).toBe(true);
  expect(readiness.isReady(false, running)).toBe(false);
  nowMs = 10_000;
  expect(readiness.isReady(undefined, running)).toBe(false);
});

test("one that is adopted is ready until it had the time to connect; another process, or a dead one, is not", () => {
  let nowMs = 0;
  const readiness = new Readiness(() => nowMs, running);
  expect(readiness.isReady(undefined, undefined)).toBe(true);
  expect(readiness.isReady(undefined, gone)).toBe(false);
  nowMs = 10_000;
  expect(readiness.isReady(undefined, running)).toBe(false);
  expect(new Readiness(() => nowMs, gone).isReady(undefined, gone)).toBe(false);
});
