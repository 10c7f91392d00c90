import { Socket } from "node:net";
import { setImmediate as turn } from "node:timers/promises";
import { expect, test } from "vitest";
import { ManualTime } from "#test/clients";
import { Entrance } from "./entrance.ts";

function world() {
  const time = new ManualTime();
  const sockets = Array.from({ length: 200 }, () => new Socket());
  const admitted: number[] = [];
  const entrance = new Entrance((socket) => void admitted.push(sockets.indexOf(socket)), time);
  for (const socket of sockets) entrance.take(socket);
  return { time, admitted, entrance, sockets };
}

const range = (count: number): number[] => Array.from({ length: count }, (_, at) => at);

test("48 are let in, in order, and one more for each that is configured", async () => {
  const { admitted, entrance } = world();
  await turn();
  expect(admitted).toEqual(range(48));
  const configured = Array.from({ length: 48 }, () => entrance.opened());
  await turn();
  expect(admitted).toHaveLength(48);
  for (const done of configured.slice(0, 5)) done();
  configured[0]?.();
  await turn();
  expect(admitted).toEqual(range(53));
});

test("who hangs up makes room, and is not let in any more", async () => {
  const { admitted, sockets } = world();
  await turn();
  sockets[0]?.destroy();
  sockets[48]?.destroy();
  for (let turns = 0; turns < 5; turns++) await turn();
  expect(admitted).toEqual([...range(48), 49]);
});

test("who says nothing holds up the others for a second", async () => {
  const { time, admitted } = world();
  await turn();
  await time.pass(999);
  expect(admitted).toHaveLength(48);
  await time.pass(1);
  await turn();
  expect(admitted).toHaveLength(96);
});
