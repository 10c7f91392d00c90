import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { component, CONSUL_TOKEN, freeTcpPorts, until } from "#test/support";
import { type Child, MeshWorld } from "./world.ts";

/** With denial by default: what docs/mesh.md and docs/canary.md name is enough, and with one rule less a line says which. */
const isPresent = component("consul") !== undefined && component("envoy") !== undefined;
const envoy = component("envoy") ?? "";

/** A rule of a policy, as HCL has it, and what is said without it. */
interface Rule {
  readonly hcl: string;
  readonly without: string;
  /** What it is replaced by, rather than left out: its weaker form. */
  readonly weaker?: string;
}

const nodes: Rule = { hcl: 'node_prefix "" { policy = "read" }', without: "the Consul token lacks node:read" };

function service(name: string, policy: "read" | "write", lacking = `service:${policy} on "${name}"`): Rule {
  return { hcl: `service "${name}" { policy = "${policy}" }`, without: `the Consul token lacks ${lacking}` };
}

/** Writing, of what may be read. */
function onlyRead(name: string): Rule {
  return { ...service(name, "write"), weaker: service(name, "read").hcl };
}

interface Row {
  readonly what: string;
  readonly args: readonly string[];
  readonly rules: readonly Rule[];
  /** What shows that it may all that it has to: a check that passes, words of its own, or its end. */
  readonly goesOn?: { readonly check: string } | { readonly words: string };
}

const seesAll = 'service_prefix "" { policy = "read" }';
const gateway = ["mesh", "gateway", "-envoy", envoy];
/** What the lists of a service's instances are shown by. */
const sidecars: Rule = {
  ...service("api-sidecar-proxy", "read"),
  without: 'the catalogue shows no sidecar of api; with ACLs: a token without service:read on "api-sidecar-proxy"',
};

const rows: readonly Row[] = [
  {
    what: "mesh proxy",
    args: ["mesh", "proxy", "-sidecar-for", "web-1", "-envoy", envoy, "-upstream", "api:UPSTREAM", "-port", "PORT"],
    goesOn: { check: "web-1-sidecar-proxy" },
    rules: [
      service("web", "write"),
      service("web-sidecar-proxy", "write"),
      { hcl: seesAll, without: 'the Consul token lacks service:read on "api"' },
      nodes,
    ],
  },
  {
    what: "mesh gateway -kind ingress",
    args: [...gateway, "-kind", "ingress", "-service", "edge"],
    goesOn: { check: "edge" },
    rules: [
      service("edge", "write"),
      { hcl: seesAll, without: 'the Consul token lacks service:read on "api": it is not served' },
      nodes,
    ],
  },
  {
    what: "mesh gateway -kind terminating",
    args: [...gateway, "-kind", "terminating", "-service", "exit", "-port", "PORT"],
    goesOn: { check: "exit" },
    rules: [service("exit", "write"), service("legacy", "write", 'service:read on "legacy": it is not served'), nodes],
  },
  {
    what: "mesh gateway -kind mesh",
    args: [...gateway, "-kind", "mesh", "-port", "PORT"],
    goesOn: { check: "mesh-gateway" },
    rules: [
      service("mesh-gateway", "write"),
      { hcl: seesAll, without: 'the Consul token lacks service:read on all services: it is not shown "consul"' },
      nodes,
    ],
  },
  {
    what: "mesh split",
    args: ["mesh", "split", "api", "v1=100", "v2=0"],
    rules: [onlyRead("api"), sidecars, nodes],
  },
  {
    what: "mesh canary",
    args: ["mesh", "canary", "api", "-from", "v1", "-to", "v2", "-json"],
    goesOn: { words: '"Event":"measuring"' },
    rules: [
      onlyRead("api"),
      sidecars,
      nodes,
      {
        hcl: 'key_prefix "drover-mesh/canary/" { policy = "write" }',
        without: 'the Consul token lacks key:read on "drover-mesh/canary/api/state"',
      },
      { hcl: 'session_prefix "" { policy = "write" }', without: "the Consul token lacks session:write" },
    ],
  },
  { what: "mesh status", args: ["mesh", "status"], rules: [] },
  {
    what: "mesh check",
    args: ["mesh", "check", "web", "api"],
    rules: [service("api", "read", 'intentions:read on "api"')],
  },
];

describe.skipIf(!isPresent)("with denial by default", () => {
  let world: MeshWorld;

  beforeAll(async () => {
    world = await MeshWorld.start({ acl: true });
    const free = await freeTcpPorts(2);
    for (const [id, name, version] of [
      ["api-1", "api", "v1"],
      ["api-2", "api", "v2"],
      ["web-1", "web", "v1"],
      ["shop-1", "shop", "v1"],
      ["legacy-1", "legacy", "v1"],
    ] as const)
      await world.app(id, name, version);
    const listener = { Port: free.pop(), Protocol: "http", Services: [{ Name: "api" }] };
    await world.config({ Kind: "service-defaults", Name: "api", Protocol: "http" });
    await world.config({ Kind: "ingress-gateway", Name: "edge", Listeners: [listener] });
    await world.config({ Kind: "terminating-gateway", Name: "exit", Services: [{ Name: "legacy" }] });
    await world.consul.call("/connect/intentions", { SourceName: "*", DestinationName: "*", Action: "allow" }, "POST");
    const token = ["-token", CONSUL_TOKEN];
    const calls = ["-upstream", `api:${free.pop()}`, ...token];
    await Promise.all([world.sidecar("api-1", token), world.sidecar("api-2", token), world.sidecar("shop-1", calls)]);
  });
  afterAll(() => world?.stop());

  async function tokenOf(rules: readonly Rule[]): Promise<string> {
    const name = `p-${(made += 1)}`;
    await world.consul.call("/acl/policy", { Name: name, Rules: rules.map(({ hcl }) => hcl).join("\n") });
    const token = await world.consul.call<{ SecretID: string }>("/acl/token", { Policies: [{ Name: name }] });
    return token.SecretID;
  }
  let made = 0;

  async function start(
    { args, goesOn }: Row,
    rules: readonly Rule[],
  ): Promise<{ readonly child: Child; readonly port: number }> {
    const [upstream, port] = (await freeTcpPorts(2)) as [number, number];
    const filled = args.map((each) => each.replace("UPSTREAM", String(upstream)).replace(/^PORT$/, String(port)));
    const [mesh, verb, ...rest] = filled as [string, string, ...string[]];
    const token = verb === "status" ? [] : ["-token", await tokenOf(rules)];
    // An ID of its own: several of one kind run at once.
    const id = goesOn && "check" in goesOn ? ["-proxy-id", `${goesOn.check}-${port}`] : [];
    return { child: world.drover([mesh, verb, ...token, ...id, ...rest]), port };
  }

  test.each(rows)("the rules that are named are enough for $what", async (row) => {
    const { child, port } = await start(row, row.rules);
    const { goesOn } = row;
    if (goesOn) {
      await until("it has what it needs", () => has(child, port, goesOn), 20_000).catch((error: Error) => {
        throw new Error(`${error.message}\n${child.output}`);
      });
      await child.end("SIGINT");
    } else await until("it ends", () => !child.isAlive, 20_000);
    const code = goesOn && "words" in goesOn ? 3 : 0;
    expect([child.process.exitCode, child.output.includes("lacks")]).toEqual([code, false]);
  });

  test.concurrent.each(rows.filter(({ rules }) => rules.length > 0))(
    "a token that nobody knows is named so by $what",
    async (row) => {
      const [mesh, verb, ...rest] = row.args.map((each) => each.replace("UPSTREAM", "1").replace(/^PORT$/, "1"));
      const ran = await world.runBeside(
        mesh ?? "",
        verb ?? "",
        "-token",
        "00000000-0000-4000-8000-000000000000",
        ...rest,
      );
      expect([ran.code, ran.err.split("\n")[0]]).toEqual([1, "Consul does not know this token (ACL not found)"]);
    },
  );

  async function has(child: Child, port: number, goesOn: NonNullable<Row["goesOn"]>): Promise<boolean> {
    if ("words" in goesOn) return child.output.includes(goesOn.words);
    const checks = await world.consul.call<Record<string, { Status: string }>>("/agent/checks");
    return checks[`drover-mesh:${goesOn.check}-${port}`]?.Status === "passing";
  }

  const less = rows.flatMap((row) => row.rules.map((rule) => ({ row, rule, what: row.what, hcl: rule.hcl })));
  test.concurrent.each(less)("without $hcl $what says in one line what its token lacks", async ({ row, rule }) => {
    const left = row.rules.flatMap((each) => (each === rule ? weakened(each) : each));
    const { child } = await start(row, left);
    const said = (): string[] => child.output.split("\n").filter((line) => line.includes(rule.without));
    await until("it says so", () => said().length > 0, 20_000).catch((error: Error) => {
      throw new Error(`${error.message}\n${child.output}`);
    });
    if (child.isAlive) await child.end("SIGINT");
    expect(said()).toHaveLength(1);
  });
});

function weakened({ weaker, without }: Rule): Rule[] {
  return weaker === undefined ? [] : [{ hcl: weaker, without }];
}
