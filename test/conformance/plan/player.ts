import { runJobPlan } from "#cli/commands/job";
import { runCommand } from "#cli/shell";
import { parseJobFile } from "#core/jobspec";
import { Job } from "#core/model";
import { encodeJsonDraft } from "#core/wire";
import { type AgentProcess, until } from "#test/support";
import { isOurs } from "../ratchet/ours.ts";
import { difference, normalised, plain, readCase } from "./cases.ts";

/** How many of a case's answers are as recorded, and how the others differ. */
export interface PlanResult {
  readonly passed: number;
  readonly total: number;
  readonly failures: readonly string[];
}

interface Answer {
  readonly Diff?: unknown;
  readonly Annotations?: unknown;
}

interface Row {
  readonly Status: string;
  readonly ClientStatus: string;
  readonly DesiredStatus: string;
}

/** Registers a case's old job, waits until it runs, plans the new one by the API and by the command, and purges it. */
export async function playPlan(name: string, agent: AgentProcess): Promise<PlanResult> {
  const old = readCase(name, "old.hcl");
  try {
    if (old !== undefined) await settle(name, old, agent);
    if (old !== undefined && readCase(name, "stop") !== undefined) await stop(name, agent, false);
    return await plan(name, agent);
  } finally {
    if (old !== undefined) await stop(name, agent, true);
  }
}

function bodyOf(text: string, rest: string): string {
  const { job, diagnostics } = parseJobFile(text);
  if (job === undefined) throw new Error(diagnostics[0]?.summary);
  return `{"Job":${encodeJsonDraft(Job, job)}${rest}}`;
}

async function settle(name: string, text: string, agent: AgentProcess): Promise<void> {
  const answer = await fetch(`${agent.address}/v1/jobs`, { method: "PUT", body: bodyOf(text, "") });
  if (!answer.ok) throw new Error(`register: ${answer.status} ${await answer.text()}`);
  await until(`${name} runs`, async () => {
    const [evaluations, allocations] = await Promise.all(
      ["evaluations", "allocations"].map((what) => agent.call<Row[]>(`/v1/job/${name}/${what}`)),
    );
    const isDecided = evaluations?.every(({ Status }) => Status !== "pending");
    return (
      isDecided &&
      allocations?.every(({ ClientStatus }) => ClientStatus !== "pending") &&
      (await isDeployed(name, agent))
    );
  });
}

/** A version without deployments answers null. */
async function isDeployed(name: string, agent: AgentProcess): Promise<boolean> {
  const deployment = await agent.call<Row | null>(`/v1/job/${name}/deployment`);
  return deployment === null || deployment.Status === "successful";
}

async function stop(name: string, agent: AgentProcess, purge: boolean): Promise<void> {
  const before = await agent.call<(Row & { readonly ID: string })[]>(`/v1/job/${name}/allocations`);
  await agent.call(`/v1/job/${name}?purge=${String(purge)}`, undefined, "DELETE");
  await until(`${name} is over`, async () => {
    for (const { ID } of before) {
      const alloc = await agent.call<Row>(`/v1/allocation/${ID}`);
      if (["running", "pending"].includes(alloc.ClientStatus)) return false;
    }
    return true;
  });
}

async function plan(name: string, agent: AgentProcess): Promise<PlanResult> {
  const response = await fetch(`${agent.address}/v1/job/${name}/plan`, {
    method: "PUT",
    body: bodyOf(readCase(name, "new.hcl") ?? "", ',"Diff":true'),
  });
  const text = await response.text();
  if (isOurs("plan", name, "plan", `${response.status} ${text}`)) return { passed: 5, total: 5, failures: [] };
  const checks =
    readCase(name, "error.json") === undefined ? answerChecks(name, text) : [refusalCheck(name, response.status, text)];
  for (const verbose of [false, true]) checks.push(await commandCheck(name, agent, verbose));
  const failures = checks.filter((check) => check !== undefined);
  return { passed: checks.length - failures.length, total: checks.length, failures };
}

function answerChecks(name: string, text: string): (string | undefined)[] {
  if (!text.startsWith("{")) return [text, text, text];
  const { Diff, Annotations, ...rest } = JSON.parse(text) as Answer;
  const parts = { diff: normalised(Diff), annotations: Annotations, rest };
  return Object.entries(parts).map(([part, ours]) => {
    const recorded: unknown = JSON.parse(readCase(name, `${part}.json`) ?? "null");
    const found = difference(part === "diff" ? normalised(recorded) : recorded, ours);
    return found === undefined ? undefined : `${part}: ${found}`;
  });
}

function refusalCheck(name: string, status: number, text: string): string | undefined {
  const recorded = JSON.parse(readCase(name, "error.json") ?? "{}") as { HTTPStatus: number; HTTPBody: string };
  const isSame = status === recorded.HTTPStatus && text.trim() === recorded.HTTPBody.trim();
  return isSame ? undefined : `error: expected ${recorded.HTTPStatus} ${recorded.HTTPBody}, got ${status} ${text}`;
}

/** Standard output and exit code of `job plan new.hcl`, as the current folder's command. */
async function commandCheck(name: string, agent: AgentProcess, verbose: boolean): Promise<string | undefined> {
  const out: string[] = [];
  const io = {
    out: (text: string | Uint8Array) => void out.push(String(text)),
    err: () => {},
    readAll: () => Promise.resolve(readCase(name, "new.hcl") ?? ""),
    isTerminal: false,
  };
  const env = { NOMAD_ADDR: agent.address };
  const shell = { program: "nomad", io, env, signal: new AbortController().signal };
  const exit = await runCommand(runJobPlan, [...(verbose ? ["-verbose"] : []), "-"], shell);
  const recorded = plain(readCase(name, verbose ? "cli.verbose.txt" : "cli.txt") ?? "");
  const ours = plain(out.join("").replace(/^(.* job run -check-index .*) -$/m, "$1 new.hcl"));
  const wanted = Number(readCase(name, "exit"));
  const sorted = (text: string): string => text.split("\n").toSorted().join("\n");
  if (exit === wanted && sorted(ours) === sorted(recorded)) return undefined;
  return `cli${verbose ? " -verbose" : ""}: exit ${exit}, expected ${wanted}\n--- recorded\n${recorded}\n--- ours\n${ours}`;
}
