import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type AgentPorts, AgentProcess, freePorts, killStrays, until } from "#test/support";
import { type AllocRow, scriptJob } from "./jobs.ts";

/** A server and two clients as three agents: all that passes between them goes over the node stream. */
const folder = mkdtempSync(join(tmpdir(), "drover-node-stream-"));
const COUNTER = "i=0; while true; do i=$((i+1)); echo line $i; sleep 0.05; done";
let serverPorts: AgentPorts;
let server: AgentProcess;
let clients: AgentProcess[];

interface NodeRow {
  readonly ID: string;
  readonly Name: string;
  readonly Status: string;
}

function startServer(): Promise<AgentProcess> {
  return AgentProcess.start(
    ["-config", "server.hcl", "-data-dir", join(folder, "server")],
    folder,
    serverPorts,
    "health",
  );
}

async function startClient(name: string): Promise<AgentProcess> {
  const args = ["-config", "client.hcl", "-node", name, "-data-dir", join(folder, name)];
  return AgentProcess.start(args, folder, await freePorts(), "health");
}

function nodes(): Promise<NodeRow[]> {
  return server.call<NodeRow[]>("/v1/nodes");
}

async function running(job: string): Promise<(AllocRow & { readonly NodeName: string })[]> {
  const allocs = await server.call<(AllocRow & { readonly NodeName: string })[]>(`/v1/job/${job}/allocations`);
  return allocs.filter((alloc) => alloc.ClientStatus === "running");
}

beforeAll(async () => {
  serverPorts = await freePorts();
  writeFileSync(
    join(folder, "server.hcl"),
    'server {\n  enabled = true\n  heartbeat_grace = "1s"\n  min_heartbeat_ttl = "2s"\n}\n',
  );
  writeFileSync(
    join(folder, "client.hcl"),
    `client {\n  enabled = true\n  servers = ["127.0.0.1:${serverPorts.rpc}"]\n}\nplugin "raw_exec" {\n  config { enabled = true }\n}\n`,
  );
  server = await startServer();
  clients = await Promise.all([startClient("one"), startClient("two")]);
  await until(
    "both nodes are ready",
    async () => (await nodes()).filter((node) => node.Status === "ready").length === 2,
  );
});

afterAll(async () => {
  for (const job of ["counter", "mover"])
    await server.call(`/v1/job/${job}?purge=true`, undefined, "DELETE").catch(() => undefined);
  await until("nothing runs", async () => (await running("mover")).length === 0).catch(() => undefined);
  for (const agent of [...clients, server]) await agent.stop();
  killStrays(folder);
  rmSync(folder, { recursive: true, force: true });
});

test("a job runs on nodes of other agents, and any agent answers for it", async () => {
  const spread = { Constraints: [{ Operand: "distinct_hosts", RTarget: "true" }] };
  await clients[0]?.call("/v1/jobs", scriptJob("counter", COUNTER, { count: 2, group: spread }));
  const allocs = await until("both run", async () => {
    const found = await running("counter");
    return found.length === 2 && found;
  });
  expect(allocs.map((alloc) => alloc.NodeName).toSorted()).toEqual(["one", "two"]);
  for (const agent of [server, ...clients]) {
    for (const { ID } of allocs) {
      const answer = await fetch(`${agent.address}/v1/client/fs/logs/${ID}?task=main&type=stdout&plain=true`);
      expect([answer.status, (await answer.text()).startsWith("line 1\nline 2\n")]).toEqual([200, true]);
    }
  }
});

test("a followed log comes through two streams as it is written, and its end reaches the node", async () => {
  const [alloc] = await running("counter");
  const hungUp = new AbortController();
  const url = `${clients[1]?.address}/v1/client/fs/logs/${alloc?.ID}?task=main&type=stdout&plain=true&follow=true`;
  const answer = await fetch(url, { signal: hungUp.signal });
  let text = "";
  for await (const chunk of answer.body as unknown as AsyncIterable<Uint8Array>) {
    text += new TextDecoder().decode(chunk);
    if (text.split("\n").length > 60) break;
  }
  hungUp.abort();
  const lines = text.split("\n").slice(0, 60);
  expect(lines).toEqual(lines.map((_, at) => `line ${at + 1}`));
});

test("what the node refuses arrives with its code and text", async () => {
  const [alloc] = await running("counter");
  const answer = await fetch(`${server.address}/v1/client/fs/logs/${alloc?.ID}?task=nobody&type=stdout`);
  expect([answer.status, await answer.text()]).toEqual([400, 'unknown task name "nobody"']);
});

test("without its server an agent says so, its tasks run on, and it finds the server again", async () => {
  const before = (await running("counter")).map((alloc) => alloc.ID).toSorted();
  await server.kill();
  const away = await until("the client notices", async () => {
    const answer = await fetch(`${clients[0]?.address}/v1/jobs`);
    return answer.status === 500 && answer;
  });
  expect(await away.text()).toBe("No path to region");
  expect(away.headers.get("x-drover-hint")).toMatch(
    /none answers: (?:connect ECONNREFUSED|Connection dropped|Channel closed before call started)/,
  );
  server = await startServer();
  await until(
    "both nodes are ready",
    async () => (await nodes()).filter((node) => node.Status === "ready").length === 2,
  );
  expect((await running("counter")).map((alloc) => alloc.ID).toSorted()).toEqual(before);
  await server.call("/v1/job/counter", undefined, "DELETE");
  await until("the tasks ended", async () => (await running("counter")).length === 0);
});

test("a node that falls silent is down, its work moves, and it comes back with its old tasks stopped", async () => {
  await server.call("/v1/jobs", scriptJob("mover", COUNTER));
  const [first] = await until("it runs", async () => {
    const found = await running("mover");
    return found.length === 1 && found;
  });
  const at = first?.NodeName === "one" ? 0 : 1;
  await clients[at]?.kill();
  const moved = await until("it runs elsewhere", async () =>
    (await running("mover")).find((alloc) => alloc.NodeName !== first?.NodeName),
  );
  expect((await nodes()).find((node) => node.Name === first?.NodeName)?.Status).toBe("down");
  clients[at] = await startClient(first?.NodeName ?? "");
  await until("the old task ended", async () => {
    const old = await server.call<AllocRow>(`/v1/allocation/${first?.ID}`);
    return ["complete", "lost", "failed"].includes(old.ClientStatus) && old.TaskStates?.["main"];
  });
  expect((await running("mover")).map((alloc) => alloc.ID)).toEqual([moved.ID]);
  await server.call("/v1/job/mover", undefined, "DELETE");
});

test("what is no RPC costs a server nothing but the connection", async () => {
  for (const noise of ["GET / HTTP/1.1\r\n\r\n", "\0".repeat(4096), "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\xff\xff\xff\xff"])
    await new Promise<void>((resolve) => {
      const socket = connect(serverPorts.rpc, "127.0.0.1", () => socket.end(noise, "latin1"));
      socket
        .on("error", () => undefined)
        .on("close", () => resolve())
        .resume();
      setTimeout(() => socket.destroy(), 2_000).unref();
    });
  expect(server.isAlive).toBe(true);
  expect((await nodes()).length).toBe(2);
});

test("a client of another region is told so, and is no node", async () => {
  const ports = await freePorts();
  const args = ["-config", "client.hcl", "-region", "mars", "-node", "alien", "-data-dir", join(folder, "alien")];
  const agent = await AgentProcess.start(args, folder, ports, "answer");
  const told = await until("it is told", () => /registration failed: .*/.exec(agent.output)?.[0]);
  expect(told).toContain('the client is of region "mars", this server of "global"');
  const health = await fetch(`${agent.address}/v1/agent/health`);
  expect([health.status, await health.json()]).toMatchObject([
    500,
    { client: { ok: false, message: told.replace(/^.*failed: | hint=.*$/g, "") } },
  ]);
  expect((await nodes()).map((node) => node.Name)).not.toContain("alien");
  await agent.stop();
});

test("a client that knows no server is refused at its start", async () => {
  const refused = AgentProcess.start(["-client", "-data-dir", join(folder, "lost")], folder, undefined, "health");
  await expect(refused).rejects.toThrow("a client without a server of its own must know a server of its region");
  expect(() => readFileSync(join(folder, "lost/version"))).toThrow();
});
