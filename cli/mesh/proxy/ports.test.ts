import { createServer } from "node:net";
import { expect, test } from "vitest";
import { checkFree, choosePort } from "./ports.ts";

test("a named port that is taken is refused with the name of its holder", async () => {
  const server = createServer();
  await new Promise<void>((resolve) => void server.listen({ host: "127.0.0.1", port: 0 }, resolve));
  const { port } = server.address() as { port: number };
  const message = expect.stringMatching(`^port ${port} of 127.0.0.1 is taken by process ${process.pid} \\(`) as string;
  expect(await choosePort("127.0.0.1", port)).toMatchObject({ ok: false, failure: { message, field: "-port" } });
  const named = { address: "127.0.0.1", port, field: "-upstream" };
  expect(await checkFree(named)).toMatchObject({ ok: false, failure: { message, field: "-upstream" } });
  await new Promise((resolve) => server.close(resolve));
  expect(await choosePort("127.0.0.1", port)).toEqual({ ok: true, value: port });
});
