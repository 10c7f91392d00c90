import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { AgentProcess, freePorts, until } from "#test/support";
import { compare, countLine, type CaseResult, readLedger, runAgain, writeLedger } from "../ratchet/ledger.ts";
import { isPresent, planCases } from "./cases.ts";
import { LabNode } from "./lab-node.ts";
import { playPlan, type PlanResult } from "./player.ts";

const LIMIT_MS = 10 * 60_000;
const writes = process.env["DROVER_RATCHET"] === "write";
const only = process.env["DROVER_RATCHET_ONLY"]?.split(",");
const shown = Number(process.env["DROVER_RATCHET_SHOW"] ?? 400);

/** A server, and the node that the README of conformance/plan describes, over the node stream. */
describe.skipIf(!isPresent)("the golden plan cases", () => {
  const folder = mkdtempSync(join(tmpdir(), "drover-plan-"));
  let agent: AgentProcess;
  let node: LabNode;

  beforeAll(async () => {
    const ports = await freePorts();
    writeFileSync(join(folder, "server.hcl"), "server {\n  enabled = true\n}\n");
    const args = ["-config", "server.hcl", "-data-dir", join(folder, "data")];
    agent = await AgentProcess.start(args, folder, ports, "health");
    node = new LabNode(`127.0.0.1:${ports.rpc}`);
    await node.start();
    await until("the node is ready", async () =>
      (await agent.call<{ Status: string }[]>("/v1/nodes")).some(({ Status }) => Status === "ready"),
    );
  });

  afterAll(async () => {
    node.close();
    await agent.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  test(
    "end to end pass as far as the list says, and no further than it says",
    async () => {
      const ledger = readLedger("plan");
      const names = planCases().filter((name) => only?.includes(name) ?? true);
      const results = new Map<string, CaseResult>();
      const play = async (name: string): Promise<CaseResult> => caseResult(await playPlan(name, agent).catch(broken));
      for (const name of names) results.set(name, await play(name));
      await runAgain(ledger, results, play);
      process.stdout.write(`\n${countLine("plan", results)}\n`);
      const known = Object.fromEntries(Object.entries(ledger).filter(([name]) => only?.includes(name) ?? true));
      if (writes) return record({ ...ledger }, results);
      const { worse, better } = compare(known, results);
      expect(worse, "fewer answers are as recorded than before").toEqual([]);
      expect(better, "more answers are as recorded: write them down with DROVER_RATCHET=write").toEqual([]);
    },
    LIMIT_MS,
  );
});

function broken(error: unknown): PlanResult {
  return { passed: 0, total: 5, failures: [String(error)] };
}

function caseResult({ passed, total, failures }: PlanResult): CaseResult {
  return { passed, total, failure: failures.length === 0 ? undefined : failures.join("\n") };
}

function record(ledger: Record<string, readonly [number, number]>, results: ReadonlyMap<string, CaseResult>): void {
  for (const [name, { passed, total, failure }] of results) {
    ledger[name] = [passed, total];
    if (failure !== undefined) process.stdout.write(`${name} ${passed}/${total}: ${failure.slice(0, shown)}\n`);
  }
  writeLedger("plan", ledger);
}
