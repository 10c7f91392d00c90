import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { component, freeTcpPorts } from "#test/support";
import { Load } from "./load.ts";
import { RollOut, type StoredCanary } from "./roll-out.ts";
import { MeshWorld } from "./world.ts";

/**
 * Six roll-outs side by side, each held in a phase of its own, while first Consul, then their controllers, then the callers'
 * control planes are killed. What holds two of them in their phase is that the control plane of their caller is stopped: the
 * shares that they have written do not reach its Envoy.
 */
const isPresent = component("consul") !== undefined && component("envoy") !== undefined;
const PER_SECOND = 30;
const SLOW_MS = 60;
const callers = { web: ["warming", "measuring", "paused", "settling"], held: ["shifting", "withdrawing"] } as const;
const services = [...callers.web, ...callers.held];
type Service = (typeof services)[number];

describe.skipIf(!isPresent)("canaries in every phase", () => {
  let world: MeshWorld;
  const ports = new Map<Service, number>();
  const loads: Load[] = [];
  const rollOuts = {} as Record<Service, RollOut>;

  beforeAll(async () => {
    world = await MeshWorld.start();
    const free = await freeTcpPorts(services.length);
    for (const [at, service] of services.entries()) ports.set(service, free[at] ?? 0);
    await registerServices(world);
    const sidecars = services.flatMap((service) => [`${service}-1`, `${service}-2`]);
    // A few at a time: a busy machine starts a dozen at once in more than the half minute that one has.
    for (let at = 0; at < sidecars.length; at += 4)
      await Promise.all(sidecars.slice(at, at + 4).map((id) => world.sidecar(id)));
    await Promise.all([caller("web"), caller("held")]);
    for (const port of ports.values()) {
      await world.goesThrough(port);
      loads.push(new Load(port, PER_SECOND));
    }
  });
  afterAll(async () => {
    for (const load of loads) await load.stop();
    await world?.stop();
  });

  function caller(name: keyof typeof callers): Promise<unknown> {
    const upstreams = callers[name].flatMap((service) => ["-upstream", `${service}:${ports.get(service)}`]);
    return world.sidecar(`${name}-1`, upstreams);
  }

  /** Brings the roll-out of `settling` to where the next skip promotes it, and does that; resolves as it is being cleared. */
  async function settle(from: string, to: string): Promise<void> {
    const settling = RollOut.start(world, "settling", ["-from", from, "-to", to, "-steps", "100", "-warm-up", "60s"]);
    rollOuts.settling = settling;
    await settling.says("applied", { Percent: 100 });
    settling.skip();
    await settling.reaches("settling", "ended");
  }

  async function settled(to: string): Promise<void> {
    const text = `promoted: ${to} has passed every step; service-resolver/settling sends everything to ${to}; service-splitter/settling is removed`;
    const end = await rollOuts.settling.end();
    // A successor that finds it ended says nothing but how; or that none is under way, if the lock was given back before the kill.
    if (end.text === "") expect([0, 1]).toContain(end.code);
    else expect(end).toEqual({ code: 0, text });
    await expect(world.consul.call("/config/service-splitter/settling")).rejects.toThrow("404");
    expect(await world.consul.call("/config/service-resolver/settling")).toMatchObject({ DefaultSubset: to });
    expect(await rollOuts.settling.state()).toMatchObject({ phase: "ended", ending: { outcome: "promoted" } });
  }

  async function states(): Promise<Record<Service, StoredCanary>> {
    const found = services.map(async (service) => [service, await rollOuts[service].state()] as const);
    return Object.fromEntries(await Promise.all(found)) as Record<Service, StoredCanary>;
  }

  function failures(): object[] {
    return loads.map((load) => Object.fromEntries([...load.answers].filter(([key]) => !/^v\d$/.test(key))));
  }

  test("are where they are to be", async () => {
    const quick = ["-from", "v1", "-to", "v2", "-steps", "25,100", "-warm-up", "1s"];
    for (const service of ["measuring", "paused", "shifting"] as const)
      rollOuts[service] = RollOut.start(world, service, [...quick, "-interval", "120s"]);
    rollOuts.withdrawing = RollOut.start(world, "withdrawing", [...quick, "-interval", "7s"]);
    const begun = Object.values(rollOuts);
    rollOuts.warming = RollOut.start(world, "warming", [
      "-from",
      "v1",
      "-to",
      "v2",
      "-steps",
      "25,100",
      "-warm-up",
      "1h",
    ]);
    await Promise.all(begun.map((rollOut) => rollOut.says("measuring", { Step: 1 })));
    await rollOuts.warming.reaches("warming");
    world.sidecarOf("held-1").process.kill("SIGSTOP");
    expect(await rollOuts.paused.command("pause")).toBe("paused: pause\n");
    const split = await world.runBeside("mesh", "split", "paused", "v1=50", "v2=50");
    expect([split.code, split.err.split("\n")]).toEqual([
      1,
      [
        "a canary of paused from v1 to v2 is under way (measuring, paused, at step 1 of 2)",
        expect.stringContaining("`mesh canary abort paused` ends it"),
        "",
      ],
    ]);
    await rollOuts.withdrawing.reaches("withdrawing");
    rollOuts.shifting.skip();
    await rollOuts.shifting.reaches("shifting");
  });

  test("outlive a restart of Consul", async () => {
    const { phaseSinceMs: warmingSinceMs } = await rollOuts.warming.state();
    await settle("v1", "v2");
    await world.consul.kill();
    await sleep(500);
    await world.consul.run();
    await Promise.all(Object.values(rollOuts).map((rollOut) => rollOut.isHeard()));
    await settled("v2");
    // Its lock has outlived it too: nobody has begun the step anew.
    expect(await rollOuts.warming.state()).toMatchObject({ phase: "warming", step: 0, phaseSinceMs: warmingSinceMs });
    expect(failures()).toEqual(services.map(() => ({})));
  });

  test("have successors that go on in the same phase and at the same step when their controllers are killed", async () => {
    await settle("v2", "v1");
    const before = await states();
    const killedMs = performance.now();
    await Promise.all(services.map((service) => rollOuts[service].succeed()));
    const successors = services.filter((service) => service !== "settling");
    await Promise.all(successors.map((service) => rollOuts[service].says("resumed-by-successor")));
    expect(performance.now() - killedMs).toBeLessThan(28_000);
    await settled("v1");
    const after = await states();
    for (const service of services) expect([service, after[service].step]).toEqual([service, before[service].step]);
    // Whoever warmed up or measured brings its shares into force again first.
    expect(after.shifting.phase).toMatch(/^(?:shifting|warming|measuring)$/);
    expect([before.warming.phase, after.withdrawing.phase]).toEqual(["warming", "withdrawing"]);
    expect(after.paused.pausedSinceMs).toBe(before.paused.pausedSinceMs);
    await rollOuts.warming.reaches("warming");
    expect(failures()).toEqual(services.map(() => ({})));
  });

  test("go on when the control planes of their callers are killed, and end as they should", async () => {
    await settle("v1", "v2");
    await Promise.all(["web-1", "held-1"].map((id) => world.sidecarOf(id).end("SIGKILL")));
    await Promise.all([caller("web"), caller("held")]);
    await settled("v2");
    expect(await rollOuts.withdrawing.end()).toMatchObject({
      code: 2,
      text: expect.stringMatching(/^rolled-back: .*slower: median/),
    });
    await rollOuts.shifting.says("applied", { Percent: 100 });
    await rollOuts.measuring.says("measuring", { Step: 1 });
    expect(await rollOuts.measuring.command("abort")).toBe("measuring: abort\n");
    expect(await rollOuts.paused.command("resume")).toBe("paused: resume\n");
    expect(await rollOuts.warming.state()).toMatchObject({ phase: "warming", step: 0 });
    for (const service of ["paused", "shifting", "warming"] as const) {
      // A step may not have been left yet that a skip is to leave.
      await rollOuts[service].skipTo("ended");
      expect(await rollOuts[service].end()).toMatchObject({ code: 0, text: expect.stringMatching(/^promoted: v2 /) });
    }
    expect(await rollOuts.measuring.end()).toMatchObject({ code: 3, text: "aborted: aborted by command" });
    for (const service of ["measuring", "withdrawing"] as const) {
      const { Splits: splits } = await world.consul.call<{ Splits: unknown }>(`/config/service-splitter/${service}`);
      expect(splits).toMatchObject([{ Weight: 100, ServiceSubset: "v1" }, { ServiceSubset: "v2" }]);
    }
    expect(failures()).toEqual(services.map(() => ({})));
    expect(loads.every((load) => load.sent > 500)).toBe(true);
  });
});

/** Every service stands on the same three apps: of `withdrawing` the new version is a slow one. */
async function registerServices(world: MeshWorld): Promise<void> {
  const [stable, fresh, slow] = [
    await world.app("web-1", "web", "v1"),
    await world.app("held-1", "held", "v2"),
    await world.app("slow-1", "slow", "v2"),
  ];
  for (const id of ["web-1", "held-1"]) await world.behave(id, { delayMs: 10 });
  await world.behave("slow-1", { delayMs: SLOW_MS });
  for (const service of services) {
    const newPort = service === "withdrawing" ? slow : fresh;
    await world.config({ Kind: "service-defaults", Name: service, Protocol: "http" });
    for (const [number, port] of [stable, newPort].entries()) {
      const version = {
        ID: `${service}-${number + 1}`,
        Name: service,
        Port: port,
        Meta: { version: `v${number + 1}` },
      };
      await world.consul.call("/agent/service/register", version);
    }
  }
}
