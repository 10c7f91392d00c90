import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { type AddressInfo } from "node:net";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { EnvoyAdmin } from "#integrations/envoy";
import { component, freeTcpPorts, until } from "#test/support";
import { Load } from "./load.ts";
import { type Child, MeshWorld } from "./world.ts";

/** What a canary does beside its shares, with a real Consul and real Envoys. */
const isPresent = component("consul") !== undefined && component("envoy") !== undefined;

describe.skipIf(!isPresent)("beside its shares a canary", () => {
  let world: MeshWorld;
  let port: number;
  let load: Load | undefined;
  let hooks: Server;
  const posted: { readonly authorization: string | undefined; readonly event: Event }[] = [];

  beforeAll(async () => {
    world = await MeshWorld.start();
    [port] = (await freeTcpPorts(1)) as [number];
    await Promise.all([
      world.app("api-1", "api", "v1"),
      world.app("api-2", "api", "v2"),
      world.app("web-1", "web", "v1"),
    ]);
    await world.config({ Kind: "service-defaults", Name: "api", Protocol: "http" });
    await Promise.all([
      world.sidecar("api-1"),
      world.sidecar("api-2"),
      world.sidecar("web-1", ["-upstream", `api:${port}`]),
    ]);
    await Promise.all(["api-1", "api-2"].map((id) => world.behave(id, { delayMs: 60 })));
    await world.goesThrough(port);
    hooks = createServer((request, answer) => {
      let body = "";
      request.on("data", (chunk) => (body += chunk));
      request.on("end", () => {
        posted.push({ authorization: request.headers.authorization, event: JSON.parse(body) as Event });
        answer.end();
      });
    }).listen(0, "127.0.0.1");
    await once(hooks, "listening");
  });
  afterEach(async () => {
    await load?.stop();
    load = undefined;
  });
  afterAll(async () => {
    hooks?.close();
    await world?.stop();
  });

  /** A canary by a file, of which only what is told is unusual. */
  function begin(body: string): Child {
    const file = join(world.folder, "canary.hcl");
    const usual = 'from = "v1"\n  to = "v2"\n  interval = "2s"\n  warm_up = "1s"\n  max_errors = 10';
    writeFileSync(file, `canary "api" {\n  ${usual}\n${body}\n}\n`);
    return world.drover(["mesh", "canary", "-file", file, "-json"]);
  }

  async function seenBy(id: string): Promise<Seen> {
    return (await (await fetch(`http://127.0.0.1:${world.apps.get(id)?.port}/seen`)).json()) as Seen;
  }

  async function answered(headers: Readonly<Record<string, string>>): Promise<string> {
    return (await fetch(`http://127.0.0.1:${port}/`, { headers })).text();
  }

  test("leads testers to the new version at 100/0, mirrors, waits at its gates, tells webhooks, and clears up", async () => {
    const { port: hookPort } = hooks.address() as AddressInfo;
    const running = begin(`
  steps = [50, 100]
  gates = [50, 100]
  testers {
    header = "x-canary"
    value  = "1"
  }
  testers { cookie = "canary" }
  mirror { percent = 50 }
  check "page" {
    web { url = "http://127.0.0.1:${world.apps.get("api-2")?.port}/seen" }
  }
  check "program" {
    command { args = ["/bin/sh", "-c", "echo $DROVER_CANARY_TO at $DROVER_CANARY_PERCENT"] }
  }
  webhook "http://127.0.0.1:${hookPort}/events" {
    events         = ["waiting", "ended"]
    secret_headers = { Authorization = "env:PATH" }
  }`);
    await until("it waits before its first step", () => running.output.includes('"waiting"'), 20_000);

    // Testers, while the shares are 100/0.
    load = new Load(port, 100);
    await until("testers reach it", async () => (await answered({ "x-canary": "1" })) === "v2", 10_000);
    await until("by cookie too", async () => (await answered({ cookie: "a=b; canary=on" })) === "v2", 10_000);
    for (let at = 0; at < 20; at++) {
      expect(await answered({ "x-canary": "1" })).toBe("v2");
      expect(await answered({ "x-canary": "2", cookie: "other=1" })).toBe("v1");
    }
    expect(load.count("v2")).toBe(0);

    // Half of the others are mirrored: they arrive, and are in none of the canary's counters.
    await until("mirrored requests arrive", async () => (await seenBy("api-2")).mirrored > 0, 10_000);
    const [seen, stable, counted] = [await seenBy("api-2"), await seenBy("api-1"), await counters("v2.api")];
    const explained = world.runBeside("mesh", "canary", "api", "-explain", "-from", "v1", "-to", "v2");
    await until("many more do", async () => (await seenBy("api-2")).mirrored > seen.mirrored + 100, 20_000);
    const [later, stableLater] = [await seenBy("api-2"), await seenBy("api-1")];
    const share = (later.mirrored - seen.mirrored) / (stableLater.count - stable.count);
    expect([share > 0.3, share < 0.7]).toEqual([true, true]);
    expect(await counters("v2.api")).toEqual(counted);
    expect(await counters("mirror~v2.api")).toBeGreaterThan(100);
    expect(Number(/^([\d.]+) requests\/s from web-1/.exec((await explained).out)?.[1])).toBeLessThan(120);
    const chain = await world.consul.call<{ Chain: { StartNode: string } }>("/discovery-chain/api");
    expect(chain.Chain.StartNode).toMatch(/^router:/);

    // Both gates.
    expect(world.run("mesh", "canary", "skip", "api").code).toBe(0);
    expect(world.run("mesh", "canary", "approve", "api")).toMatchObject({ out: "api: approve\n", err: "", code: 0 });
    await until("it waits before the second", () => running.output.split(`"waiting"`).length === 3, 30_000);
    expect(running.output).toContain(
      '"ignored","Service":"api","Step":1,"Percent":0,"Text":"skip: it waits for approval"',
    );
    expect(running.output).toContain('"Further":{"Name":"program","Verdict":"pass","Reason":"exit code 0: v2 at 50"}');
    expect(running.output).toContain('"Further":{"Name":"page","Verdict":"pass","Reason":"status 200"}');
    expect(world.run("mesh", "canary", "api").err).toContain("the check program runs a program or sends a secret");
    expect(world.run("mesh", "canary", "approve", "api").code).toBe(0);
    expect(world.run("mesh", "canary", "approve", "api").err).toMatch(
      /no step of api waits for approval|no canary of api/,
    );
    await until("it ends", () => !running.isAlive, 30_000);
    await load.stop();
    const failed = [...load.answers].filter(([key]) => !/^v\d$/.test(key));
    expect([eventsIn(running.output).at(-1)?.Text, running.process.exitCode, failed]).toEqual([
      expect.stringMatching(/^promoted: /),
      0,
      [],
    ]);

    // Nothing but the promoted version is left.
    await expect(world.consul.call("/config/service-router/api")).rejects.toThrow("404");
    await expect(world.consul.call("/config/service-splitter/api")).rejects.toThrow("404");
    await expect(world.consul.call("/kv/drover-mesh/mirror/api")).rejects.toThrow("404");
    await until("nothing is mirrored", async () => (await counters("mirror~v2.api")) === undefined, 10_000);
    expect(posted.map(({ event }) => [event.Event, event.Percent])).toEqual([
      ["waiting", 0],
      ["waiting", 50],
      ["ended", 100],
    ]);
    expect(posted[0]?.authorization).toBe(process.env["PATH"]);
    expect(running.output).not.toContain(process.env["PATH"]);
  });

  test("is rolled back by a program that fails, and by nothing that cannot be found out", async () => {
    load = new Load(port, 100);
    const running = begin(`
  steps = [50, 100]
  testers { header = "x-canary" }
  check "unknown" {
    timeout = "1s"
    prometheus {
      address = "http://127.0.0.1:1"
      query   = "up"
      above   = 0
    }
  }
  check "program" {
    failed_checks = 1
    command { args = ["/bin/sh", "-c", "echo no; exit 1"] }
  }`);
    await until("it ends", () => !running.isAlive, 30_000);
    expect(running.process.exitCode).toBe(2);
    const events = eventsIn(running.output);
    expect(events.at(-1)?.Text).toBe("rolled-back: the check program: exit code 1: no");
    const verdicts = events.flatMap(({ Further: further }) => (further ? [`${further.Name} ${further.Verdict}`] : []));
    expect(verdicts.filter((text) => text === "program fail")).toHaveLength(2);
    expect(verdicts).toContain("unknown inconclusive");
    await expect(world.consul.call("/config/service-router/api")).rejects.toThrow("404");
    expect(await answered({ "x-canary": "1" })).toBe("v1");
  });

  test("killed at a gate has a successor that waits there; abort takes the testers' route away", async () => {
    load = new Load(port, 50);
    const args = [
      "-from",
      "v1",
      "-to",
      "v2",
      "-steps",
      "50,100",
      "-gate",
      "50",
      "-testers",
      "header:x-canary=1",
      "-json",
    ];
    const first = world.drover(["mesh", "canary", "api", ...args]);
    await until("it waits", () => first.output.includes('"waiting"'), 20_000);
    await first.end("SIGKILL");
    // Consul would end it by itself within 21 s (canary.test.ts waits for that).
    for (const { ID: id } of await world.consul.call<{ ID: string }[]>("/session/list"))
      await world.consul.call(`/session/destroy/${id}`, {});
    const second = world.drover(["mesh", "canary", "api", "-json"]);
    await until("its successor waits", () => second.output.includes("resumed-by-successor"), 40_000);
    expect(eventsIn(second.output).find(({ Event: name }) => name === "resumed-by-successor")?.Text).toBe(
      "in phase waiting",
    );
    expect(await answered({ "x-canary": "1" })).toBe("v2");
    // Somebody else adds a route meanwhile: that one stays.
    const ours = await world.consul.call<{ Routes: object[] }>("/config/service-router/api");
    const theirs = { Match: { HTTP: { PathPrefix: "/theirs" } }, Destination: { PrefixRewrite: "/" } };
    const { Kind, Name, Meta, Routes } = ours as typeof ours & Record<string, unknown>;
    await world.config({ Kind, Name, Meta, Routes: [...Routes, theirs] });
    expect(world.run("mesh", "canary", "abort", "api").code).toBe(0);
    await until("it ends", () => !second.isAlive, 20_000);
    const left = await world.consul.call<{ Routes: object[] }>("/config/service-router/api");
    expect([left.Routes.length, left.Routes]).toEqual([1, [expect.objectContaining({ Match: theirs.Match })]]);
    await world.consul.call("/config/service-router/api", undefined, "DELETE");
    await until("testers are like others", async () => (await answered({ "x-canary": "1" })) === "v1", 10_000);
  });

  test("refuses a router that is somebody else's; with -force its routes stay", async () => {
    const theirs = [{ Match: { HTTP: { PathPrefix: "/theirs" } }, Destination: { PrefixRewrite: "/" } }];
    await world.config({ Kind: "service-router", Name: "api", Routes: theirs });
    const args = ["api", "-from", "v1", "-to", "v2", "-testers", "header:x-canary=1"];
    expect(world.run("mesh", "canary", ...args).err).toContain("service-router/api was not written by drover");
    const forced = world.drover(["mesh", "canary", ...args, "-force", "-gate", "5", "-json"]);
    await until("it waits", () => forced.output.includes('"waiting"'), 20_000);
    await until("testers reach it", async () => (await answered({ "x-canary": "1" })) === "v2", 10_000);
    await forced.end("SIGINT");
    const { Routes: routes } = await world.consul.call<{ Routes: typeof theirs }>("/config/service-router/api");
    expect(routes).toMatchObject(theirs);
    expect(routes).toHaveLength(1);
  });

  /** Attempts that the caller's Envoy has counted for a cluster; undefined when there is no such cluster. */
  async function counters(cluster: string): Promise<number | undefined> {
    const admin = new EnvoyAdmin({ socketPath: join(world.envoyOf("web-1").folder, "admin.sock") });
    const pattern = `^cluster\\.${cluster.replace(".", "\\.")}\\..*\\.upstream_rq_(completed|total)$`;
    const found = await admin.counters(pattern);
    const all = found.ok ? [...found.value] : [];
    return all.length === 0 ? undefined : all.reduce((sum, [, value]) => sum + value, 0);
  }
});

interface Event {
  readonly Event: string;
  readonly Percent: number;
  readonly Text: string;
  readonly Further?: { readonly Name: string; readonly Verdict: string };
}

interface Seen {
  readonly count: number;
  readonly mirrored: number;
}

function eventsIn(text: string): Event[] {
  const lines = text.split("\n").filter((line) => line.startsWith("{"));
  return lines.map((line) => JSON.parse(line) as Event);
}
