import { create, toBinary } from "@bufbuild/protobuf";
import { expect, test } from "vitest";
import { DeltaDiscoveryRequestSchema, DiscoveryRequestSchema } from "#envoy/envoy/service/discovery/v3/discovery";
import { readDelta, readWhole } from "./requests.ts";

const node = { id: "web-1", cluster: "web", extensions: [{ name: "x", category: "y" }] };

test("a delta request says the same as to the library", () => {
  const bytes = toBinary(
    DeltaDiscoveryRequestSchema,
    create(DeltaDiscoveryRequestSchema, {
      node,
      typeUrl: "t",
      resourceNamesSubscribe: ["a", "ü"],
      resourceNamesUnsubscribe: ["c"],
      initialResourceVersions: { a: "1", b: "" },
      responseNonce: "7",
      errorDetail: { code: 3, message: "no" },
    }),
  );
  expect(readDelta(bytes)).toEqual({
    nodeId: "web-1",
    typeUrl: "t",
    subscribe: ["a", "ü"],
    unsubscribe: ["c"],
    known: { a: "1", b: "" },
    nonce: "7",
    refusal: "no",
  });
  expect(readDelta(new Uint8Array())).toMatchObject({ nodeId: undefined, refusal: undefined, nonce: "" });
});

test("a request of the whole state says the same as to the library", () => {
  const bytes = toBinary(
    DiscoveryRequestSchema,
    create(DiscoveryRequestSchema, { node, typeUrl: "t", resourceNames: ["a"], versionInfo: "v", responseNonce: "7" }),
  );
  expect(readWhole(bytes)).toEqual({
    nodeId: "web-1",
    typeUrl: "t",
    names: ["a"],
    version: "v",
    nonce: "7",
    refusal: undefined,
  });
});

test.each([
  [[0x0a, 0x05, 0x01]],
  [[0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]],
  [[0x0b]],
  [[0x0d, 1]],
])("%j is no request", (bytes) => {
  expect(() => readDelta(Uint8Array.from(bytes))).toThrow(RangeError);
});
