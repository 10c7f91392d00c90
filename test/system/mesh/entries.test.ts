import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  clearEntry,
  type ConfigEntry,
  type ConsulRequest,
  NpmTransport,
  readEntry,
  type Transport,
} from "#integrations/consul";
import { component, ConsulProcess } from "#test/support";

describe.skipIf(component("consul") === undefined)("an entry of ours", () => {
  let consul: ConsulProcess;
  let transport: NpmTransport;

  beforeAll(async () => {
    consul = await ConsulProcess.start();
    transport = new NpmTransport({ url: consul.address, socketPath: undefined, token: undefined, tls: undefined });
    await consul.call("/config", { Kind: "service-defaults", Name: "api", Protocol: "http" });
  });
  afterAll(async () => {
    transport?.close();
    await consul?.stop();
  });

  const settings: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
    "service-resolver": { Subsets: { v1: { Filter: "Service.Meta.version == v1" } } },
    "service-splitter": { Splits: [{ Weight: 100 }] },
    "service-router": { Routes: [{ Match: { HTTP: { PathPrefix: "/x" } }, Destination: { PrefixRewrite: "/" } }] },
  };
  const neutral = (kind: string): Readonly<Record<string, unknown>> =>
    kind === "service-splitter" ? { Splits: [{ Weight: 100 }] } : {};

  async function written(kind: string): Promise<ConfigEntry> {
    await consul.call("/config", { Kind: kind, Name: "api", ...settings[kind] });
    const entry = await readEntry(transport, kind, "api");
    if (!entry.ok || !entry.value) throw new Error(`${kind} is not there`);
    return entry.value;
  }

  test.each(Object.keys(settings))("%s is taken away", async (kind) => {
    expect(await clearEntry(transport, await written(kind), neutral(kind))).toEqual({ ok: true, value: undefined });
    expect(await readEntry(transport, kind, "api")).toEqual({ ok: true, value: null });
  });

  test.each(Object.keys(settings))("%s stays when somebody changes it before it is deleted", async (kind) => {
    const entry = await written(kind);
    // Somebody else writes between our neutral entry and our look at it.
    const between: Transport = {
      send: async (request: ConsulRequest) => {
        if (request.method === "GET")
          await consul.call("/config", { Kind: kind, Name: "api", Meta: { owner: "x" }, ...settings[kind] });
        return transport.send(request);
      },
      close: () => undefined,
    };
    expect(await clearEntry(between, entry, neutral(kind))).toMatchObject({ ok: false, failure: { code: "conflict" } });
    expect(await readEntry(transport, kind, "api")).toMatchObject({ ok: true, value: { Meta: { owner: "x" } } });
  });
});
