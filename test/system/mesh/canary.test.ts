import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { component, freeTcpPorts, until } from "#test/support";
import { Load } from "./load.ts";
import { type Child, MeshWorld } from "./world.ts";

/** Canaries from one terminal, with a real Consul and real Envoys; intervals are short, the rest is as it comes. */
const isPresent = component("consul") !== undefined && component("envoy") !== undefined;
/** util-linux's `script` gives a process a terminal. */
const hasTerminal = existsSync("/usr/bin/script");
const versions = ["-from", "v1", "-to", "v2"];
const quick = ["-interval", "8s", "-warm-up", "2s"];
/** So long that no check decides anything. */
const patient = ["-steps", "50,100", "-interval", "10m", "-warm-up", "1s"];

interface Event {
  readonly Event: string;
  readonly Step: number;
  readonly Percent: number;
  readonly Text: string;
  readonly Check?: { readonly verdict: string };
}

describe.skipIf(!isPresent)("a canary", () => {
  let world: MeshWorld;
  let port: number;
  let load: Load;

  beforeAll(async () => {
    world = await MeshWorld.start();
    [port] = (await freeTcpPorts(1)) as [number];
    await world.app("api-1", "api", "v1");
    await world.app("api-2", "api", "v2");
    await world.app("web-1", "web", "v1");
    await world.config({ Kind: "service-defaults", Name: "api", Protocol: "http" });
    await Promise.all([
      world.sidecar("api-1"),
      world.sidecar("api-2"),
      world.sidecar("web-1", ["-upstream", `api:${port}`]),
    ]);
    await world.goesThrough(port);
  });
  afterAll(() => world?.stop());

  beforeEach(async () => {
    await world.behave("api-1", { errorRate: 0, delayMs: 10 });
    await world.behave("api-2", { errorRate: 0, delayMs: 10 });
  });
  afterEach(() => load?.stop());

  /** Runs to its end under so many requests a second. */
  async function canary(
    perSecond: number,
    ...args: readonly string[]
  ): Promise<{ code: number | null; events: Event[] }> {
    load = new Load(port, perSecond);
    const ran = await world.runBeside("mesh", "canary", "api", ...versions, ...quick, "-json", ...args);
    expect(ran.err).toBe("");
    return { code: ran.code, events: eventsIn(ran.out) };
  }

  function checksIn(events: readonly Event[]): string[] {
    return events.flatMap(({ Check: check }) => (check ? [check.verdict] : []));
  }

  async function shares(): Promise<unknown> {
    const { Splits: splits } = await world.consul.call<{ Splits: { Weight: number; ServiceSubset: string }[] }>(
      "/config/service-splitter/api",
    );
    return Object.fromEntries(splits.map(({ Weight: weight, ServiceSubset: subset }) => [subset, weight]));
  }

  test.each([
    [["-steps", "5,50"], "-steps: the last share must be 100"],
    [["-steps", "50,5,100"], "-steps: 1 to 100 shares in per cent"],
    [["-interval", "5"], "-interval: a unit is missing"],
    [["-max-errors", "90"], "-max-errors: 0.01 to 50 per cent"],
    [["-to", "v3"], 'no sidecar of the service has version = "v3"'],
    [["-to", "v1"], "-to: must differ from -from"],
  ])("with %j is refused in one line, and nothing is written", async (args, message) => {
    const refused = world.run("mesh", "canary", "api", ...versions, ...args);
    expect([refused.code, refused.err]).toEqual([1, expect.stringContaining(message)]);
    await expect(world.consul.call("/config/service-splitter/api")).rejects.toThrow("404");
    expect(world.run("mesh", "canary", "abort", "api").err).toContain("no canary of api is under way");
  });

  test("of a version with 5 % errors is rolled back within three intervals", async () => {
    await world.behave("api-2", { errorRate: 0.05 });
    const { code, events } = await canary(100);
    expect([code, events.at(-1)?.Event]).toEqual([2, "ended"]);
    expect(checksIn(events).at(-1)).toBe("fail");
    expect(checksIn(events).length).toBeLessThanOrEqual(3);
    expect(await shares()).toEqual({ v1: 100, v2: 0 });
  });

  test("of a version that takes twice as long is rolled back within three intervals", async () => {
    // What a busy machine adds to both is to stay small beside it.
    await world.behave("api-1", { delayMs: 50 });
    await world.behave("api-2", { delayMs: 100 });
    const { code, events } = await canary(100);
    expect([code, events.at(-1)?.Text]).toEqual([2, expect.stringContaining("slower: median")]);
    expect(checksIn(events).length).toBeLessThanOrEqual(3);
    expect((await load.stop()).answers.size).toBe(2);
    expect(load.failures).toBe(0);
  });

  test("of a version that crashes is rolled back within three intervals", async () => {
    const ended = canary(100);
    await sleep(4_000);
    await world.apps.get("api-2")?.child.end("SIGKILL");
    const { code, events } = await ended;
    expect([code, checksIn(events).length <= 3]).toEqual([2, true]);
    await world.app("api-2", "api", "v2");
    await sleep(1_000);
  });

  test("with 20 requests a second says that the first step is inconclusive, and ends by -max-hold", async () => {
    const { code, events } = await canary(20, "-max-hold", "20s");
    expect([code, new Set(checksIn(events))]).toEqual([2, new Set(["inconclusive"])]);
    expect(events.at(-1)?.Text).toMatch(
      /^rolled-back: still inconclusive after 20 s: 0 of \d+ failed: 1 % not excluded/,
    );
    const explained = await world.runBeside(
      "mesh",
      "canary",
      "api",
      "-explain",
      ...versions,
      ...quick,
      "-max-hold",
      "20s",
    );
    expect(explained.out).toMatch(/^5 % +(?:0\.9|1\.0|1\.1) +\d+ +\d+ +\d+ s +no: too little traffic$/m);
  });

  test("killed −9 in a step has a successor that goes on at the same step; another terminal pauses, resumes, aborts", async () => {
    load = new Load(port, 100);
    const first = world.drover(["mesh", "canary", "api", ...versions, ...quick, "-json"]);
    await until("it measures", () => first.output.includes('"measuring"'), 20_000);
    await first.end("SIGKILL");
    const killedMs = performance.now();
    const second = world.drover(["mesh", "canary", "api", "-json"]);
    await until("its successor measures", () => second.output.includes('"measuring"'), 40_000);
    const resumed = eventsIn(second.output).find(({ Event: name }) => name === "resumed-by-successor");
    expect([resumed?.Step, resumed?.Percent]).toEqual([1, 5]);
    // Its warm-up of two seconds is not part of the take-over.
    expect(performance.now() - killedMs).toBeLessThan(28_000);
    for (const command of ["pause", "resume", "skip"])
      expect(world.run("mesh", "canary", command, "api")).toMatchObject({ out: `api: ${command}\n`, err: "", code: 0 });
    await until("the next step", () =>
      second.output.includes('"Event":"weights","Service":"api","Step":2,"Percent":25'),
    );
    expect(world.run("mesh", "canary", "api", "-from", "v1", "-to", "v9").err).toContain("from v1 to v2 is under way");
    expect(world.run("mesh", "canary", "abort", "api")).toMatchObject({ out: "api: abort\n", err: "", code: 0 });
    expect(await exitOf(second)).toBe(3);
    expect(await shares()).toEqual({ v1: 100, v2: 0 });
    await load.stop();
    expect(load.failures).toBe(0);
  });

  test("stops where it is when somebody else changes the splitter, and says so", async () => {
    load = new Load(port, 100);
    const running = world.drover(["mesh", "canary", "api", ...versions, ...quick]);
    await until("it measures", () => running.output.includes("measuring"), 20_000);
    const theirs = [{ Weight: 100, ServiceSubset: "v1" }];
    await world.config({ Kind: "service-splitter", Name: "api", Splits: theirs });
    await running.end("SIGINT");
    expect(running.output).toContain("service-splitter/api was changed by somebody else during the canary");
    expect([running.process.exitCode, await shares()]).toEqual([1, { v1: 100 }]);
    expect(world.run("mesh", "canary", "api").err).toContain("no canary of api is under way");
    expect(world.run("mesh", "split", "-force", "api", "v1=100", "v2=0").code).toBe(0);
  });

  test("without Consul nothing is decided; when it is back the canary goes on", async () => {
    load = new Load(port, 100);
    const running = world.drover(["mesh", "canary", "api", ...versions, ...quick]);
    await until("it measures", () => running.output.includes("measuring"), 20_000);
    await world.consul.kill();
    await until("it says so", () => running.output.includes("nothing is changed until Consul answers"), 20_000);
    const before = running.output;
    await sleep(3_000);
    expect(running.output).toBe(before);
    await world.consul.run();
    await until("it goes on", () => running.output.includes("Consul answers again"), 20_000);
    await until("the sidecars are well", async () => world.isWell("web-1", world.sidecarOf("web-1")), 30_000);
    expect(await world.runBeside("mesh", "canary", "skip", "api")).toMatchObject({ err: "", code: 0 });
    await until("the next step is in force", () => /v1=75 v2=25[^]*applied/.test(running.output), 20_000);
    expect(await world.runBeside("mesh", "canary", "abort", "api")).toMatchObject({ err: "", code: 0 });
    expect(await exitOf(running)).toBe(3);
    await load.stop();
    expect(load.failures).toBe(0);
  });

  test.skipIf(!hasTerminal)(
    "on a terminal draws a table and obeys keys; a file says what the options would",
    async () => {
      load = new Load(port, 100);
      const file = join(world.folder, "canary.hcl");
      writeFileSync(file, 'canary "api" {\n  from = "v1"\n  to = "v2"\n  interval = "8s"\n  warm_up = "2s"\n}\n');
      const terminal = world.onTerminal(["mesh", "canary", "-file", file]);
      const press = (key: string): boolean | undefined => terminal.process.stdin?.write(key);
      await until("it measures", () => /in force at 1 of 1 callers[^]*measuring/.test(terminal.output), 20_000);
      press("p");
      await until("it is paused", () => terminal.output.includes("measuring, PAUSED"), 20_000);
      press("r");
      await until("it goes on", () => terminal.output.includes("resumed"), 20_000);
      press("\u0003");
      await until("it ends", () => !terminal.isAlive, 20_000);
      expect([terminal.process.exitCode, terminal.output]).toEqual([3, expect.stringContaining("aborted by command")]);
    },
  );

  test("is rolled back at once when the new version has no endpoint left", async () => {
    const ended = canary(100, "-interval", "60s");
    await sleep(8_000);
    const leftMs = performance.now();
    await world.sidecarOf("api-2").end("SIGINT");
    const { code, events } = await ended;
    expect([code, checksIn(events)]).toEqual([2, []]);
    expect(events.at(-1)?.Text).toBe("rolled-back: web-1-sidecar-proxy has no healthy endpoint of the new version");
    expect(performance.now() - leftMs).toBeLessThan(15_000);
    await world.sidecar("api-2");
  });

  test("is rolled back at once when a caller keeps out every endpoint of the new version for its errors", async () => {
    const [own] = (await freeTcpPorts(1)) as [number];
    const passive = { interval: "1s", max_failures: 5, max_ejection_percent: 100 };
    const upstream = { DestinationName: "api", LocalBindPort: own, Config: { passive_health_check: passive } };
    const file = join(world.folder, "proxy.json");
    writeFileSync(file, JSON.stringify({ Upstreams: [upstream] }));
    await world.consul.call("/agent/service/register", { ID: "ops-1", Name: "ops", Port: 1 });
    const sidecar = await world.sidecar("ops-1", ["-proxy", file]);
    load = new Load(own, 50);
    const running = world.drover(["mesh", "canary", "api", ...versions, ...patient, "-json"]);
    await until("it measures", () => running.output.includes('"measuring"'), 20_000);
    await world.behave("api-2", { errorRate: 1 });
    const code = await exitOf(running);
    await sidecar.end("SIGINT");
    await world.consul.call("/agent/service/deregister/ops-1", {});
    const events = eventsIn(running.output);
    expect([code, checksIn(events), await shares()]).toEqual([2, [], { v1: 100, v2: 0 }]);
    expect(events.at(-1)?.Text).toBe(
      "rolled-back: ops-1-sidecar-proxy keeps out every endpoint of the new version for its errors",
    );
  });

  test("is rolled back at once when a caller's Envoy refuses the configuration", async () => {
    load = new Load(port, 50);
    const running = world.drover(["mesh", "canary", "api", ...versions, ...patient]);
    await until("it measures", () => running.output.includes("measuring"), 20_000);
    // Consul takes any text for an expression.
    const Match = { HTTP: { PathRegex: "/(orders" } };
    await world.config({ Kind: "service-router", Name: "api", Routes: [{ Match, Destination: { Service: "api" } }] });
    await until("it goes back", () => running.output.includes("withdrawing"), 20_000);
    // The share of before stays in force, since what brings the other one is refused as a whole.
    expect(world.run("mesh", "status").out).toContain("web-1-sidecar-proxy refused route api: missing ): /(orders");
    await world.consul.call("/config/service-router/api", undefined, "DELETE");
    expect(await exitOf(running)).toBe(2);
    expect(running.output).toMatch(
      /rolled-back: web-1-sidecar-proxy refused the configuration: .*missing \): \/\(orders$/m,
    );
    await load.stop();
    expect([load.failures, await shares()]).toEqual([0, { v1: 100, v2: 0 }]);
  });

  test("with -keep leaves the splitter at 0/100 after promotion", async () => {
    const { code, events } = await canary(100, "-steps", "50,100", "-max-errors", "10", "-keep");
    expect([code, events.at(-1)?.Text]).toEqual([
      0,
      "promoted: v2 has passed every step; service-splitter/api stays at v1=0 v2=100",
    ]);
    expect(await shares()).toEqual({ v1: 0, v2: 100 });
  });

  test("of an equal version is promoted, without a failed request, and the end is stated", async () => {
    const { code, events } = await canary(100, "-max-errors", "2");
    expect([code, events.at(-1)?.Text]).toEqual([
      0,
      "promoted: v2 has passed every step; service-resolver/api sends everything to v2; service-splitter/api is removed",
    ]);
    await load.stop();
    expect(load.failures).toBe(0);
    const after = new Load(port, 0);
    await after.burst(200);
    await after.stop();
    expect(after.answers).toEqual(new Map([["v2", 200]]));
  });
});

function eventsIn(text: string): Event[] {
  const lines = text.split("\n").filter((line) => line !== "");
  return lines.map((line) => JSON.parse(line) as Event).filter(({ Event: name }) => name !== "remark");
}

async function exitOf(child: Child): Promise<number | null> {
  await until("it ends", () => !child.isAlive, 20_000);
  return child.process.exitCode;
}
