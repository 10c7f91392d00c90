import { fromBinary } from "@bufbuild/protobuf";
import { expect, test } from "vitest";
import { DeltaDiscoveryResponseSchema } from "#envoy/envoy/service/discovery/v3/discovery";
import { deltaBytes } from "./prepared.ts";

const resource = { kind: "cluster", name: "a", version: "1", bytes: Uint8Array.from([1, 2]) } as const;
const response = { kind: "cluster", nonce: "1", resources: [resource], removed: ["b"] } as const;

test("streams that get the same get the same bytes; any difference makes other ones", () => {
  const bytes = deltaBytes(response);
  expect(deltaBytes({ ...response, resources: [resource], removed: ["b"] })).toBe(bytes);
  for (const other of [
    { ...response, nonce: "2" },
    { ...response, removed: [] },
    { ...response, removed: ["c"] },
    { ...response, resources: [resource, { ...resource, name: "c" }] },
  ]) {
    const read = fromBinary(DeltaDiscoveryResponseSchema, deltaBytes(other));
    expect([read.nonce, read.removedResources, read.resources.map(({ name }) => name)]).toEqual([
      other.nonce,
      other.removed,
      other.resources.map(({ name }) => name),
    ]);
  }
});
