import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { systemTimers } from "#cli/agent";
import type { CheckOutcome, PrometheusSource } from "#core/delivery";
import { probeCommand } from "./probe-command.ts";
import { type ProbeContext, probePrometheus, probeWeb } from "./probe-http.ts";

const none = { headers: {}, secretHeaders: {} };
const folder = mkdtempSync(join(tmpdir(), "drover-probe-"));
let server: Server;
let base: string;
let asked: IncomingMessage[] = [];

const answers: Readonly<Record<string, string>> = {
  "/down": "down",
  one: '{"status":"success","data":{"resultType":"vector","result":[{"metric":{},"value":[1700000000.1,"0.25"]}]}}',
  two: '{"status":"success","data":{"resultType":"vector","result":[{"value":[1,"1"]},{"value":[1,"+Inf"]}]}}',
  nothing: '{"status":"success","data":{"resultType":"vector","result":[]}}',
  nan: '{"status":"success","data":{"resultType":"scalar","result":[1,"NaN"]}}',
  matrix: '{"status":"success","data":{"resultType":"matrix","result":[]}}',
  wrong: '{"status":"error","errorType":"bad_data","error":"parse error\\u001b[2J: no"}',
  page: "<html>",
};

beforeAll(async () => {
  server = createServer((request, answer) => {
    asked.push(request);
    const url = new URL(request.url ?? "/", "http://localhost");
    if (url.pathname === "/slow") return;
    if (url.pathname === "/gone") return void request.socket.destroy();
    if (url.pathname === "/down") return void answer.writeHead(503).end();
    if (url.pathname === "/moved") return void answer.writeHead(302, { location: "/" }).end();
    if (url.searchParams.get("query") === "huge") return void answer.end("x".repeat(2 * 1024 * 1024));
    answer.end(answers[url.searchParams.get("query") ?? ""] ?? "well");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
  rmSync(folder, { recursive: true });
});

function context(over: Partial<ProbeContext> = {}): ProbeContext {
  const { signal } = new AbortController();
  return { env: process.env, timers: systemTimers, timeoutMs: 5_000, signal, ...over };
}

function web(path: string, over: Partial<ProbeContext> = {}): Promise<CheckOutcome> {
  return probeWeb({ kind: "web", url: `${base}${path}`, status: 200, ...none }, context(over));
}

function query(text: string, limits: Partial<PrometheusSource>): Promise<CheckOutcome> {
  const source = { kind: "prometheus", address: `${base}/`, query: text, ...limits, ...none } as const;
  return probePrometheus(source, context());
}

test("a page passes with its status; another one, none in time and a closed connection fail", async () => {
  expect(await web("/")).toEqual({ verdict: "pass", reason: "status 200" });
  expect(await web("/down")).toEqual({ verdict: "fail", reason: "status 503, not 200" });
  expect(await web("/moved")).toEqual({ verdict: "fail", reason: "status 302, not 200" });
  expect(await web("/slow", { timeoutMs: 100 })).toEqual({ verdict: "fail", reason: "no answer within 0.1 s" });
  expect((await web("/gone")).verdict).toBe("fail");
  const refused = { kind: "web", url: "http://127.0.0.1:1/", status: 200, ...none } as const;
  expect((await probeWeb(refused, context())).verdict).not.toBe("pass");
});

test("a secret header is read where it is, and is in no outcome", async () => {
  const source = { kind: "web", url: base, status: 404, headers: { "x-a": "1" } } as const;
  asked = [];
  writeFileSync(join(folder, "token"), "from-a-file\n");
  const secretHeaders = { Authorization: "env:HOOK", "x-file": `file:${join(folder, "token")}` };
  const outcome = await probeWeb({ ...source, secretHeaders }, context({ env: { HOOK: "Bearer hush" } }));
  expect(asked[0]?.headers).toMatchObject({ authorization: "Bearer hush", "x-file": "from-a-file", "x-a": "1" });
  expect(JSON.stringify(outcome)).not.toContain("hush");
  expect(await probeWeb({ ...source, secretHeaders }, context({ env: {} }))).toEqual({
    verdict: "inconclusive",
    reason: "header Authorization: the environment variable HOOK is not set",
  });
  const broken = await probeWeb({ ...source, secretHeaders: { a: "env:B" } }, context({ env: { B: "hush\nhush" } }));
  expect(broken).toEqual({ verdict: "inconclusive", reason: expect.not.stringContaining("hush") });
});

test("a query passes or fails by its limits; a query that fails is inconclusive", async () => {
  expect(await query("one", { below: 0.5 })).toEqual({ verdict: "pass", reason: "0.25 is below 0.5" });
  expect(await query("one", { above: 0.5 })).toEqual({ verdict: "fail", reason: "0.25 is not above 0.5" });
  expect((await query("two", { below: 5 })).verdict).toBe("fail");
  const reasons = ["nothing", "nan", "matrix", "wrong", "page", "huge"].map(async (text) => {
    const { verdict, reason } = await query(text, { above: 0 });
    return `${verdict}: ${reason}`;
  });
  expect(await Promise.all(reasons)).toEqual([
    "inconclusive: the query has no sample",
    "inconclusive: the query answers NaN",
    "inconclusive: Prometheus: status 200: the query gives neither a vector nor a scalar",
    "inconclusive: Prometheus: status 200: parse error [2J: no",
    "inconclusive: Prometheus: status 200: no answer of Prometheus",
    "inconclusive: Prometheus: the answer is larger than 1048576 bytes",
  ]);
});

function command(args: readonly string[], over: Partial<ProbeContext> = {}): Promise<CheckOutcome> {
  return probeCommand({ kind: "command", args }, context(over));
}

test("a program passes with 0, fails with 1, and proves nothing otherwise; its last line is told", async () => {
  expect(await command(["/bin/sh", "-c", "echo a; echo; echo b >&2"])).toMatchObject({ verdict: "pass" });
  const failed = await command(["/bin/sh", "-c", "printf 'worse\\033[2J than before\\n\\n'; exit 1"]);
  expect(failed).toEqual({ verdict: "fail", reason: "exit code 1: worse [2J than before" });
  expect((await command(["/bin/sh", "-c", "exit 3"])).verdict).toBe("inconclusive");
  expect((await command(["/bin/sh", "-c", "kill -9 $$"])).reason).toBe("ended by SIGKILL");
  expect(await command(["/nowhere"])).toEqual({
    verdict: "inconclusive",
    reason: "/nowhere cannot be started: ENOENT",
  });
  const loud = await command(["/bin/sh", "-c", "head -c 3000000 /dev/zero | tr '\\0' x; exit 1"]);
  expect(loud.reason.length).toBeLessThan(250);
});

test("a program's words are its own: no shell sees them", async () => {
  const said = await command(["/bin/echo", "$HOME; exit 1"]);
  expect(said.reason).toBe("exit code 0: $HOME; exit 1");
});

test("what takes too long ends with all that it has started", async () => {
  const pids = join(folder, "pids");
  const script = `echo $$ > ${pids}; trap '' TERM; sleep 60 & echo $! >> ${pids}; sleep 60; sleep 60`;
  expect(await command(["/bin/sh", "-c", script], { timeoutMs: 300 })).toEqual({
    verdict: "inconclusive",
    reason: "not ended within 0.3 s",
  });
  const left = readFileSync(pids, "utf8").trim().split("\n").map(Number);
  expect(left).toHaveLength(2);
  for (const pid of left) expect(stateOf(pid)).toMatch(/^[ZX-]$/);
});

/** A letter of /proc; `-` for none. */
function stateOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]?.[0] ?? "-";
  } catch {
    return "-";
  }
}
