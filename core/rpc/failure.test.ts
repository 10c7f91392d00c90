import { expect, test } from "vitest";
import { failure } from "#core/base";
import { decodeBinary, encodeBinary } from "#core/wire";
import { fromWireFailure, toWireFailure, WireFailure } from "./mod.ts";

test("a failure keeps its code, text, field, place and hint over the wire, and leaves its cause at home", () => {
  const place = { file: "a.hcl", line: 3, column: 5 };
  const told = failure("denied", "no", { field: "x", hint: "ask", place, cause: new Error("local") });
  const back = decodeBinary(WireFailure, encodeBinary(WireFailure, toWireFailure(told)));
  if (!back.ok) throw new Error(back.failure.message);
  expect(fromWireFailure(back.value)).toEqual({ code: "denied", message: "no", field: "x", hint: "ask", place });
});

test("a code of a newer version is shown and not retried", () => {
  expect(fromWireFailure({ code: "of_tomorrow", message: "?", field: "", hint: "", place: null })).toEqual({
    code: "internal",
    message: "?",
  });
});
