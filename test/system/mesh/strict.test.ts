import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { featuresOf, fitting, newestRegistration } from "#integrations/consul";
import { component, ConsulProcess } from "#test/support";

/** The oldest Consul that is supported refuses a registration with any field that it does not know. */
describe.skipIf(component("consul") === undefined)("a strict old agent", () => {
  let consul: ConsulProcess;

  beforeAll(async () => {
    consul = await ConsulProcess.start();
  });
  afterAll(() => consul?.stop());

  async function register(registration: object): Promise<number> {
    const body = JSON.stringify(registration);
    const answer = await fetch(`${consul.address}/v1/agent/service/register`, { method: "PUT", body });
    await answer.text();
    return answer.status;
  }

  test("takes what is left of a registration with every newer field", async () => {
    const { registration, leftOut } = fitting(newestRegistration, featuresOf("1.8.7"));
    expect(await register(newestRegistration)).toBe(400);
    expect(await register(registration)).toBe(200);
    expect(leftOut).toContain("Proxy.TransparentProxy");
  });

  test("refuses each of the fields that are left out for it, and no other one", async () => {
    const { leftOut } = fitting(newestRegistration, featuresOf("1.8.7"));
    for (const field of leftOut) expect([field, await register(withOnly(field, leftOut))]).toEqual([field, 400]);
  });
});

/** The newest registration without the fields that an old agent refuses, but for one. */
function withOnly(field: string, leftOut: readonly string[]): object {
  const visit = (value: unknown, path: string): unknown => {
    if (Array.isArray(value)) return value.map((each) => visit(each, `${path}[]`));
    if (typeof value !== "object" || value === null) return value;
    const entries = Object.entries(value).map(
      ([name, inner]) => [path === "" ? name : `${path}.${name}`, name, inner] as const,
    );
    const kept = entries.filter(([place]) => place === field || !leftOut.includes(place));
    return Object.fromEntries(kept.map(([place, name, inner]) => [name, visit(inner, place)]));
  };
  return visit(newestRegistration, "") as object;
}
