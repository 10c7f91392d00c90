import { expect, test } from "vitest";
import type { HealthCheck, HealthRow } from "#core/mesh";
import { healthOf } from "./endpoints.ts";

const ttl: HealthCheck = { CheckID: "drover-mesh:web-1-sidecar-proxy", Status: "passing", Output: "fine", Type: "ttl" };
const alias: HealthCheck = { CheckID: `${ttl.CheckID}:alias`, Status: "critical", Output: "", Type: "" };
const rowOf = (...checks: readonly HealthCheck[]): HealthRow => ({
  Node: { Node: "one", Address: "127.0.0.1", Datacenter: "dc1" },
  Service: { ID: "web-1-sidecar-proxy", Service: "web-sidecar-proxy", Address: "", Port: 21000 },
  Checks: checks,
});

test("an alias that is critical without a reason, after a restart of its agent, is no news", () => {
  for (const output of ["", "No checks found.", "All checks passing."])
    expect(healthOf(rowOf(ttl, { ...alias, Output: output }))).toBe("passing");
  expect(healthOf(rowOf(ttl, { ...alias, CheckID: "service:web:2", Type: "alias" }))).toBe("passing");
});

test("an alias that says that its service is critical, and any other critical check, count", () => {
  expect(healthOf(rowOf(ttl, { ...alias, Output: "Service web has critical check" }))).toBe("critical");
  expect(healthOf(rowOf({ ...ttl, Status: "critical", Output: "" }, alias))).toBe("critical");
  expect(healthOf(rowOf({ CheckID: "service:web:2", Status: "critical", Output: "", Type: "http" }))).toBe("critical");
});
