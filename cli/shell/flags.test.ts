import { expect, test } from "vitest";
import { type Flag, parseFlags } from "./flags.ts";

const known: readonly Flag[] = [
  { name: "wait", type: "bool", help: "" },
  { name: "path", type: "text", help: "" },
];

test("options end at the first word that is none, as in Go", () => {
  expect(parseFlags(["-wait", "api", "-path", "/x"], known)).toEqual({
    ok: true,
    value: { flags: new Map([["wait", true]]), args: ["api", "-path", "/x"] },
  });
});

test("with late options they stand anywhere before --", () => {
  expect(parseFlags(["api", "-path", "/x", "v1=95", "-wait", "--", "-path"], known, true)).toEqual({
    ok: true,
    value: {
      flags: new Map<string, unknown>([
        ["path", "/x"],
        ["wait", true],
      ]),
      args: ["api", "v1=95", "-path"],
    },
  });
  expect(parseFlags(["api", "-pth=/x"], known, true)).toMatchObject({
    ok: false,
    failure: { message: "flag provided but not defined: -pth" },
  });
});
