import fc from "fast-check";
import { expect, test } from "vitest";
import { encodeFrame, FRAME_BYTES_MAX, FrameReader, type RequestFrame } from "./protocol.ts";

test("messages come out whole and in order, however the bytes are cut", () => {
  const messages = fc.array(
    fc.record({ id: fc.nat(), op: fc.constant("signal" as const), runId: fc.string(), signal: fc.nat() }),
  );
  fc.assert(
    fc.property(messages, fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1 }), (sent, cuts) => {
      const bytes = Buffer.concat(sent.map((message) => encodeFrame(message satisfies RequestFrame)));
      const reader = new FrameReader();
      const received: unknown[] = [];
      for (let at = 0, turn = 0; at < bytes.length; turn++) {
        const end = at + (cuts[turn % cuts.length] as number);
        const read = reader.push(bytes.subarray(at, end));
        if (!read.ok) throw new Error(read.failure.message);
        received.push(...read.value);
        at = end;
      }
      expect(received).toEqual(sent);
    }),
  );
});

test("a frame beyond the bound, and one that is no JSON, end the conversation", () => {
  const long = Buffer.alloc(4);
  long.writeUInt32BE(FRAME_BYTES_MAX + 1);
  expect(new FrameReader().push(long)).toMatchObject({ ok: false, failure: { code: "too_large" } });
  expect(new FrameReader().push(Buffer.from([0, 0, 0, 1, 0x7b]))).toMatchObject({
    ok: false,
    failure: { code: "corrupt" },
  });
});
