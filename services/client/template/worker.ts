/** The thread that renders. It holds no file and no socket, and is killed when it does not answer in time. */
import { spawnSync } from "node:child_process";
import * as platform from "node:crypto";
import { parentPort } from "node:worker_threads";
import { assert, err, type Random, type Result } from "#core/base";
import {
  type CommandOutcome,
  cryptographyOf,
  decodeAnswer,
  type Host,
  type Pass,
  render,
  snapshotOf,
  TemplateCache,
} from "#core/template";
import type { RenderJob, RenderReply, RenderSettings } from "./protocol.ts";
import { refusePath } from "./sandbox.ts";

const PLUGIN_LIMIT_MS = 30_000;
const PLUGIN_OUTPUT_MAX = 1024 * 1024;

const random: Random = {
  below: (bound) => platform.randomInt(bound),
  fraction: () => platform.randomInt(2 ** 47) / 2 ** 47,
  bytes: (length) => platform.randomBytes(length),
};

function runPlugin(command: string, args: readonly string[], env: Readonly<Record<string, string>>): CommandOutcome {
  const done = spawnSync(command, args, {
    env: { ...env },
    timeout: PLUGIN_LIMIT_MS,
    maxBuffer: PLUGIN_OUTPUT_MAX,
    encoding: "utf8",
  });
  const problem = done.error?.message ?? (done.status === 0 ? undefined : `exit status ${done.status}`);
  return { problem, stdout: done.stdout ?? "", stderr: done.stderr ?? "" };
}

function hostOf({ nowMs, environment, addresses, sandbox }: RenderSettings): Host {
  return {
    nowMs,
    random,
    environment: new Map(Object.entries(environment)),
    addresses,
    refusePath: (path) => refusePath(sandbox, path),
    refuseOwner: () => undefined,
    runPlugin: (command, args) => runPlugin(command, args, environment),
    cryptography: cryptographyOf(platform),
  };
}

function renderJob(cache: TemplateCache, { text, answers, settings }: RenderJob): Result<Pass> {
  try {
    const template = cache.get(text);
    if (!template.ok) return template;
    const known = new Map(answers.map(([name, encoded]) => [name, decodeAnswer(encoded)]));
    const { denied, failsOnMissingKey } = settings;
    return render(template.value, snapshotOf(known), { host: hostOf(settings), denied, failsOnMissingKey });
  } catch (error) {
    // What it says may quote the template's data, so only the kind of the error goes on.
    const kind = error instanceof Error ? error.name : typeof error;
    return err("internal", `${text.file}: execute: the renderer failed with a ${kind}`);
  }
}

const port = parentPort;
assert(port !== null, "this file runs as a worker");
const cache = new TemplateCache();
port.on("message", (job: RenderJob) => {
  const reply: RenderReply = { pass: renderJob(cache, job), parses: cache.parses };
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a worker thread, not a window
  port.postMessage(reply);
});
// oxlint-disable-next-line unicorn/require-post-message-target-origin -- a worker thread, not a window
port.postMessage("ready");
