import { expect, it } from "vitest";
import { Secret } from "#core/base";
import { encodeCommand, encodeEntry, entryText } from "#core/fsm";
import { Node } from "#core/model";
import { empty } from "#core/schema";

const context = { timeMs: 5, seed: 1, requestId: "r" };

it("shows what a command holds, and never a secret of it", () => {
  const node = empty(Node, { id: "n1", name: "web-1", secretId: new Secret("do not show") });
  const shown = entryText(encodeCommand({ name: "nodeRegister", payload: { node, evaluations: [] } }, context));
  expect(shown).toMatch(/^nodeRegister \{"node":\{"id":"n1",/);
  expect(shown).toContain('"name":"web-1"');
  expect(shown).toContain('"secretId":"<redacted>"');
  expect(shown).not.toContain("do not show");
});

it("shows nothing of a type that it does not know, or of bytes that are no entry", () => {
  const payload = new TextEncoder().encode("do not show");
  const unknown = encodeEntry({ type: 9_999, version: 1, flags: 0, ...context }, (writer) => {
    for (const byte of payload) writer.byte(byte);
  });
  expect(entryText(unknown)).toBe("type 9999, unknown to this version, is not shown");
  expect(entryText(payload)).toBe("cannot be read");
});
