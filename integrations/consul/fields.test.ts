import { expect, test } from "vitest";
import { featuresOf } from "./features.ts";
import { fitting } from "./fields.ts";
import { newestRegistration } from "./newest-registration.ts";

/** What an agent of each version takes of a registration with everything that we know of. */
test.each([
  ["", 18],
  ["1.8.7", 18],
  ["1.9.0", 17],
  ["1.10.3", 10],
  ["1.13.1", 6],
  ["1.16.0", 4],
  ["1.17.0", 3],
  ["1.18.2", 2],
  ["1.20.0+ent", 0],
])("Consul %j is spared %d fields", (version, count) => {
  const { leftOut } = fitting(newestRegistration, featuresOf(version, version.includes("+ent")));
  expect(leftOut).toHaveLength(count);
});

test("what is opaque to Consul goes through as it is", () => {
  const given = { ID: "x", Name: "x", Proxy: { Config: { Mode: "m", SocketPath: "s" } }, Meta: { SocketPath: "/a" } };
  expect(fitting(given, featuresOf("1.8.7"))).toEqual({ registration: given, leftOut: [] });
});
