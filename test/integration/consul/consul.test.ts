import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Prng, Secret } from "#core/base";
import {
  addressFrom,
  chainQuestion,
  createIntention,
  createSession,
  deleteEntry,
  deregisterService,
  keyQuestion,
  leafQuestion,
  matchIntentions,
  NpmTransport,
  parseChain,
  parseHealth,
  parseLeaf,
  parsePairs,
  probe,
  readEntry,
  readKey,
  readRoots,
  readService,
  registerService,
  renewSession,
  type ServiceSplitter,
  serviceQuestion,
  targetQuestion,
  updateTtl,
  Watches,
  writeEntry,
  writeKey,
} from "#integrations/consul";
import { component, CONSUL_TOKEN, ConsulProcess, until } from "#test/support";

/** The module against a real Consul 1.8.7. */
const isPresent = component("consul") !== undefined;
const clock = { nowMs: () => Date.now(), monotonicMs: () => performance.now() };
const timers = {
  after: (delayMs: number, run: () => void) => {
    const timer = setTimeout(run, delayMs);
    return { cancel: () => clearTimeout(timer) };
  },
};

function transportTo(consul: ConsulProcess, token?: string): NpmTransport {
  const address = addressFrom({ address: consul.address, token }, {});
  if (!address.ok) throw new Error(address.failure.message);
  return new NpmTransport(address.value);
}

function watchesOver(transport: NpmTransport): Watches {
  return new Watches({ transport, clock, timers, random: new Prng(1) });
}

/** What a watch has told, as a log. */
function noting(parse: (text: string) => unknown): { log: string[]; observer: Parameters<Watches["watch"]>[1] } {
  const log: string[] = [];
  const observer = {
    changed: ({ text }: { readonly text: string | undefined }) =>
      void log.push(text === undefined ? "gone" : `is ${JSON.stringify(parse(text))}`),
    degraded: ({ code }: { readonly code: string }) => void log.push(`degraded: ${code}`),
    recovered: () => void log.push("recovered"),
  };
  return { log, observer };
}

describe.skipIf(!isPresent)("without ACLs", () => {
  let consul: ConsulProcess;
  let transport: NpmTransport;
  let watches: Watches;

  beforeAll(async () => {
    consul = await ConsulProcess.start();
    transport = transportTo(consul);
    watches = watchesOver(transport);
  });
  afterAll(async () => {
    watches?.close();
    transport?.close();
    await consul?.stop();
  });

  test("the probe tells version, datacenter and what they know", async () => {
    expect(await probe(transport)).toMatchObject({
      ok: true,
      value: {
        datacenter: "dc1",
        nodeName: "node-dc1",
        isCertain: true,
        features: { version: "1.8.7", serviceIntentions: false },
      },
    });
  });

  test("a service with a sidecar of its own is registered, read, watched by hash and deregistered", async () => {
    const { log, observer } = noting((text) => (JSON.parse(text) as { Meta: object }).Meta);
    using watch = watches.watch(serviceQuestion("api-1"), observer);
    expect(watch).toBeDefined();
    await until("it is told of its absence", () => log.length === 1);
    const registration = { ID: "api-1", Name: "api", Port: 8080, Meta: { version: "v1" } };
    expect(await registerService(transport, registration)).toEqual({ ok: true, value: undefined });
    await until("it is told of the service", () => log.length === 2);
    const check = { CheckID: "api-ttl", Name: "own", TTL: "10s", Status: "critical" } as const;
    expect((await registerService(transport, { ...registration, Meta: { version: "v2" }, Checks: [check] })).ok).toBe(
      true,
    );
    await until("it is told of the change", () => log.length === 3);
    expect(await updateTtl(transport, "api-ttl", "passing", "well")).toEqual({ ok: true, value: undefined });
    expect(await readService(transport, "api-1")).toMatchObject({ ok: true, value: { ID: "api-1", Port: 8080 } });
    expect((await deregisterService(transport, "api-1", "api")).ok).toBe(true);
    expect((await deregisterService(transport, "api-1", "api")).ok).toBe(true);
    await until("it is told of the end", () => log.length === 4);
    expect(log).toEqual(["gone", 'is {"version":"v1"}', 'is {"version":"v2"}', "gone"]);
  });

  test("one blocking query answers however many ask, a change comes at once, and a write elsewhere is no change", async () => {
    const several = [0, 1, 2].map(() => noting((text) => Buffer.from(parsePairs(text)[0]?.value ?? []).toString()));
    const before = watches.size;
    const asked = several.map(({ observer }) => watches.watch(keyQuestion("app/a"), observer));
    expect(watches.size).toBe(before + 1);
    await until("all are told that it is not there", () => several.every(({ log }) => log.length === 1));
    expect(await writeKey(transport, "app/a", Buffer.from([0xff, 0, 0x7b]), { cas: 0 })).toEqual({
      ok: true,
      value: true,
    });
    expect(await writeKey(transport, "app/a", Buffer.from("x"), { cas: 0 })).toEqual({ ok: true, value: false });
    await until("all are told of the value", () => several.every(({ log }) => log.length === 2));
    await writeKey(transport, "app/b", Buffer.from("other"), {});
    await sleep(300);
    expect(several.map(({ log }) => log.length)).toEqual([2, 2, 2]);
    expect(await readKey(transport, "app/a")).toMatchObject({
      ok: true,
      value: { value: Buffer.from([0xff, 0, 0x7b]) },
    });
    for (const each of asked) each[Symbol.dispose]();
    expect(watches.size).toBe(before);
  });

  test("roots and a leaf whose key does not print", async () => {
    const roots = await readRoots(transport);
    expect(roots).toMatchObject({ ok: true, value: { Roots: [{ Active: true }] } });
    const leaves: ReturnType<typeof parseLeaf>[] = [];
    const { observer } = noting((text) => leaves.push(parseLeaf(text)));
    using watch = watches.watch(leafQuestion("api"), observer);
    expect(watch).toBeDefined();
    await until("the leaf comes", () => leaves.length === 1);
    const [leaf] = leaves;
    expect(leaf?.uri).toMatch(/^spiffe:\/\/[0-9a-f-]+\.consul\/ns\/default\/dc\/dc1\/svc\/api$/);
    expect(leaf?.privateKeyPem).toBeInstanceOf(Secret);
    expect(JSON.stringify(leaf)).not.toContain("PRIVATE KEY");
    expect(leaf?.validBeforeMs).toBeGreaterThan(Date.now());
  });

  test("config entries are written by compare-and-set, and a compiled chain follows them", async () => {
    const seen: string[][] = [];
    const { observer } = noting((text) => seen.push(Object.values(parseChain(text).Nodes).map((node) => node.Type)));
    using watch = watches.watch(chainQuestion("web"), observer);
    expect(watch).toBeDefined();
    await until("the default chain comes", () => seen.length === 1);
    const defaults = { Kind: "service-defaults", Name: "web", Protocol: "http" };
    expect((await writeEntry(transport, defaults, 0)).ok).toBe(true);
    expect(await writeEntry(transport, defaults, 0)).toMatchObject({ ok: false, failure: { code: "conflict" } });
    const subsets = { v1: { Filter: 'Service.Meta.version == "v1"' }, v2: { Filter: 'Service.Meta.version == "v2"' } };
    expect((await writeEntry(transport, { Kind: "service-resolver", Name: "web", Subsets: subsets }, 0)).ok).toBe(true);
    const splits = [
      { Weight: 90, ServiceSubset: "v1" },
      { Weight: 10, ServiceSubset: "v2" },
    ];
    expect((await writeEntry(transport, { Kind: "service-splitter", Name: "web", Splits: splits }, 0)).ok).toBe(true);
    await until("the chain splits", () => seen.at(-1)?.includes("splitter"));
    const read = await readEntry<ServiceSplitter>(transport, "service-splitter", "web");
    expect(read).toMatchObject({ ok: true, value: { Splits: splits } });
    const off = await writeEntry(transport, { Kind: "service-splitter", Name: "web", Splits: splits.slice(0, 1) }, 0);
    expect(off).toMatchObject({ ok: false, failure: { code: "invalid" } });
    expect((await deleteEntry(transport, "service-splitter", "web")).ok).toBe(true);
    await until("it splits no more", () => !seen.at(-1)?.includes("splitter"));
  });

  test("the instances of a subset are found by its filter", async () => {
    for (const version of ["v1", "v2"]) {
      const Meta = { version };
      await registerService(transport, { ID: `web-${version}`, Name: "web", Port: 1, Meta });
      const Proxy = { DestinationServiceName: "web", DestinationServiceID: `web-${version}` };
      await registerService(transport, {
        Kind: "connect-proxy",
        ID: `p-${version}`,
        Name: "web-sidecar-proxy",
        Port: 2,
        Meta,
        Proxy,
      });
    }
    const target = {
      ID: "t",
      Service: "web",
      Datacenter: "dc1",
      SNI: "s",
      Name: "s",
      Subset: { Filter: 'Service.Meta.version == "v2"' },
    };
    const ids: string[][] = [];
    const { observer } = noting((text) => ids.push(parseHealth(text).map((row) => row.Service.ID)));
    using watch = watches.watch(targetQuestion(target), observer);
    expect(watch).toBeDefined();
    await until("they come", () => ids.length > 0);
    expect(ids).toEqual([["p-v2"]]);
  });

  test("intentions match by destination, sorted by precedence", async () => {
    await createIntention(transport, { SourceName: "*", DestinationName: "web", Action: "deny" });
    await createIntention(transport, { SourceName: "api", DestinationName: "web", Action: "allow" });
    const matched = await matchIntentions(transport, "web");
    expect(matched.ok && matched.value.map((each) => `${each.SourceName} ${each.Action} ${each.Precedence}`)).toEqual([
      "api allow 9",
      "* deny 8",
    ]);
  });

  test("a session holds a lock; when it is over it can be renewed no more", async () => {
    const session = await createSession(transport, {
      name: "t",
      ttlMs: 10_000,
      lockDelayMs: 1_000,
      behavior: "delete",
    });
    if (!session.ok) throw new Error(session.failure.message);
    expect(await writeKey(transport, "lock", Buffer.from("me"), { acquire: session.value })).toEqual({
      ok: true,
      value: true,
    });
    expect(await readKey(transport, "lock")).toMatchObject({ ok: true, value: { session: session.value } });
    expect((await renewSession(transport, session.value)).ok).toBe(true);
    await consul.call(`/session/destroy/${session.value}`, "", "PUT");
    expect(await renewSession(transport, session.value)).toMatchObject({ ok: false, failure: { code: "not_found" } });
  });

  test("while Consul is away a watch keeps its last answer and says so once; then it goes on", async () => {
    const { log, observer } = noting((text) => Buffer.from(parsePairs(text)[0]?.value ?? []).toString());
    await writeKey(transport, "app/c", Buffer.from("one"), {});
    using watch = watches.watch(keyQuestion("app/c"), observer);
    expect(watch).toBeDefined();
    await until("it is told", () => log.length === 1);
    await consul.kill();
    await until("it notices", () => log.length === 2);
    const refused = await readKey(transport, "app/c");
    expect(refused).toMatchObject({
      ok: false,
      failure: { code: "unavailable", message: expect.stringContaining("ECONNREFUSED") },
    });
    await sleep(1_000);
    await consul.run();
    await until("it recovers", () => log.includes("recovered"));
    await writeKey(transport, "app/c", Buffer.from("two"), {});
    await until("it is told again", () => log.at(-1) === 'is "two"');
    expect(log).toEqual(['is "one"', "degraded: unavailable", "recovered", 'is "two"']);
  });

  test("a request that is given up frees its connection", async () => {
    const hungUp = new AbortController();
    const waiting = transport.send({
      method: "GET",
      path: "/catalog/nodes",
      query: { index: "999999", wait: "60s" },
      timeoutMs: 90_000,
      signal: hungUp.signal,
    });
    await sleep(100);
    hungUp.abort();
    expect(await waiting).toMatchObject({ ok: false, failure: { code: "cancelled" } });
    const slow = await transport.send({
      method: "GET",
      path: "/catalog/nodes",
      query: { index: "999999", wait: "60s" },
      timeoutMs: 200,
    });
    expect(slow).toMatchObject({
      ok: false,
      failure: { code: "unavailable", message: expect.stringContaining("no answer within 0.2 s") },
    });
  });
});

describe.skipIf(!isPresent)("with ACLs, deny by default", () => {
  let consul: ConsulProcess;
  beforeAll(async () => {
    consul = await ConsulProcess.start({ acl: true });
  });
  afterAll(() => consul?.stop());

  test("a token that lacks a rule is told which", async () => {
    const created = await consul.call<{ SecretID: string }>("/acl/token", {
      ServiceIdentities: [{ ServiceName: "api" }],
    });
    const transport = transportTo(consul, created.SecretID);
    const own = await registerService(transport, { ID: "api-1", Name: "api", Port: 1 });
    expect(own).toEqual({ ok: true, value: undefined });
    const other = await registerService(transport, { ID: "db-1", Name: "db", Port: 1 });
    expect(other).toMatchObject({
      ok: false,
      failure: { code: "denied", message: expect.stringMatching(/^the Consul token lacks service:write on "db": /) },
    });
    expect(await probe(transport)).toMatchObject({ ok: true, value: { isCertain: false, datacenter: "dc1" } });
    transport.close();
  });

  test("an unknown token is told so", async () => {
    const transport = transportTo(consul, "99999999-2222-4333-8444-555555555555");
    const refused = await readService(transport, "api-1");
    expect(refused).toMatchObject({
      ok: false,
      failure: { code: "denied", message: "Consul does not know this token (ACL not found)" },
    });
    transport.close();
    const known = transportTo(consul, CONSUL_TOKEN);
    expect((await readRoots(known)).ok).toBe(true);
    known.close();
  });
});
