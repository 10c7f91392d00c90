import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Prng, type Timers } from "#core/base";
import { validateJob } from "#core/jobspec";
import { Job, Node } from "#core/model";
import { empty } from "#core/schema";
import { deniedByDefault } from "#core/template";
import { jsonReader } from "#core/wire";
import { allocPlaces, makeAllocDirectory, makeTaskDirectory, taskPlaces, taskScope } from "#client/task";
import { TaskTemplates, type Renderer } from "#client/template";
import { allocationOf } from "#test/clients";
import { conformanceFolder } from "#test/support";

/** A batch job that a real agent ran with these template blocks, and what became of it. */
export interface AgentCase {
  readonly name: string;
  readonly templates: readonly unknown[];
  readonly command: string;
  readonly registration_error?: string;
  readonly task_state?: string;
  readonly failed?: boolean;
  readonly events?: readonly { readonly type: string; readonly message: string }[];
  readonly stdout?: string | null;
}

export type Outcome =
  | { readonly kind: "refused"; readonly message: string }
  | { readonly kind: "hook failed"; readonly message: string }
  | { readonly kind: "killed"; readonly message: string }
  | { readonly kind: "waiting"; readonly message: string }
  | { readonly kind: "ran"; readonly stdout: string };

export function agentCases(): readonly AgentCase[] {
  const path = join(conformanceFolder("template-agent"), "cases.json");
  return existsSync(path) ? (JSON.parse(readFileSync(path, "utf8")) as AgentCase[]) : [];
}

/** What the recording says became of the case. */
export function recordedOutcome({ registration_error, events = [], stdout, task_state }: AgentCase): Outcome {
  if (registration_error !== undefined) return { kind: "refused", message: registration_error };
  const messageOf = (type: string): string | undefined => events.find((event) => event.type === type)?.message;
  const [killed, hook, missing] = [messageOf("Killing"), messageOf("Task hook failed"), messageOf("Template")];
  if (killed !== undefined) return { kind: "killed", message: killed };
  if (hook !== undefined) return { kind: "hook failed", message: hook };
  if (task_state === "pending") return { kind: "waiting", message: missing ?? "" };
  return { kind: "ran", stdout: stdout ?? "" };
}

const ID = "01234567-89ab-4def-8000-000000000000";
const node = empty(Node, { id: "n", name: "agent-one", datacenter: "dc1", nodePool: "default" });

function draftOf(one: AgentCase): unknown {
  const config = { command: "/bin/sh", args: ["-c", one.command ?? "true"] };
  const task = { Name: "t", Driver: "raw_exec", Config: config, Env: { CUSTOM: "c-val" }, Templates: one.templates };
  const groups = [{ Name: "g", Count: 1, Tasks: [task] }];
  const id = `tpl-${one.name}`;
  return { ID: id, Name: id, Type: "batch", Datacenters: ["*"], Meta: { color: "blue" }, TaskGroups: groups };
}

/** Time runs a hundred times as fast: nothing in the cases depends on how long a wait is. */
const timers: Timers = {
  after: (delayMs, run) => {
    const timer = setTimeout(run, delayMs / 100);
    return { cancel: () => clearTimeout(timer) };
  },
};

/** Registers, renders and runs a case in folders of its own. */
export async function playAgentCase(one: AgentCase, renderer: Renderer): Promise<Outcome> {
  const draft = jsonReader(Job, "draft")(draftOf(one));
  if (!draft.ok) throw new Error(draft.failure.message);
  const validation = validateJob(draft.value, { newId: () => "id" });
  if (validation.errorText !== "") return { kind: "refused", message: validation.errorText };
  const directory = mkdtempSync(join(tmpdir(), "drover-template-"));
  try {
    return normalised(await playJob(validation.job, directory, renderer), directory);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

function normalised(outcome: Outcome, directory: string): Outcome {
  if (!("message" in outcome)) return outcome;
  return { ...outcome, message: outcome.message.replaceAll(directory, "<client-dir>").replaceAll(ID, "<alloc-id>") };
}

async function playJob(job: Job, directory: string, renderer: Renderer): Promise<Outcome> {
  const group = job.taskGroups?.[0];
  const task = group?.tasks?.[0];
  if (group === undefined || task === undefined) throw new Error("the job of a case has one task");
  const alloc = allocPlaces(directory, ID);
  const places = taskPlaces(alloc, "t");
  for (const made of [makeAllocDirectory(alloc), makeTaskDirectory(places)])
    if (!made.ok) throw new Error(made.failure.message);
  const scope = taskScope({
    allocation: allocationOf(ID, job),
    job,
    group,
    task,
    node,
    region: "global",
    hostEnv: { PATH: "/usr/local/bin:/usr/bin:/bin" },
    envDenylist: [],
    directories: { alloc: alloc.shared, task: places.local, secrets: places.secrets },
  });
  const outcome = await new Promise<Outcome | ReadonlyMap<string, string>>((resolve) => {
    const prepared = TaskTemplates.prepare({
      templates: task.templates ?? [],
      taskDirectory: places.root,
      sharedDirectory: alloc.shared,
      environment: { ...scope.node, ...scope.env },
      addresses: [{ name: "lo", cidr: "127.0.0.1/8", flags: ["up", "loopback"] }],
      denied: deniedByDefault,
      renderer,
      // No Consul, Vault or server can be reached, as when the cases were recorded.
      sources: { watch: () => ({ stop: () => undefined }) },
      clock: { nowMs: Date.now, monotonicMs: () => performance.now() },
      timers,
      random: new Prng(1),
      observer: {
        ready: resolve,
        missing: (message) => resolve({ kind: "waiting", message }),
        failed: (message) => resolve({ kind: "killed", message }),
        restart: () => undefined,
        signal: () => undefined,
        runScript: () => undefined,
      },
    });
    if (prepared.ok) prepared.value.start();
    else resolve({ kind: "hook failed", message: prepared.failure.message });
  });
  if ("kind" in outcome) return outcome;
  const env = { ...scope.env, ...Object.fromEntries(outcome) };
  const { command, args } = task.config as { readonly command: string; readonly args: readonly string[] };
  const done = spawnSync(command, args, { cwd: places.root, env, encoding: "utf8" });
  return { kind: "ran", stdout: done.stdout };
}
