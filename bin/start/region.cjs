"use strict";
// A dev region as a child process, and what must be asked of it.
const { spawn } = require("node:child_process");
const { openSync } = require("node:fs");
const { request } = require("node:http");
const { join } = require("node:path");
const { root, Trouble } = require("./prepare.cjs");

const WAIT_MS = 30_000;
const POLL_MS = 50;

/** Without settings that point somewhere else: a start must never talk to somebody's real cluster. */
function ownEnvironment() {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(NOMAD|DROVER)_/.test(name)));
}

function startAgent(ports, logFile) {
  const log = openSync(logFile, "a");
  const args = [
    join(root, "bin/drover"),
    "agent",
    "-dev",
    "-http-port",
    ports.http,
    "-rpc-port",
    ports.rpc,
    "-serf-port",
    ports.serf,
  ];
  // A process group of its own: Ctrl-C reaches this script, which then ends the agent in order.
  return spawn(process.execPath, args.map(String), {
    cwd: root,
    stdio: ["ignore", log, log],
    env: ownEnvironment(),
    detached: true,
  });
}

function call(port, path, method = "GET") {
  return new Promise((resolve, reject) => {
    const sent = request({ host: "127.0.0.1", port, path, method, timeout: 5000 }, (answer) => {
      let body = "";
      answer.setEncoding("utf8");
      answer.on("data", (chunk) => (body += chunk));
      answer.on("end", () => resolve({ status: answer.statusCode, body }));
    });
    sent.on("timeout", () => sent.destroy(new Error("no answer")));
    sent.on("error", reject);
    sent.end();
  });
}

const pause = (delayMs) => new Promise((resolve) => setTimeout(resolve, delayMs));

/** Asks until `look` gives something; gives up when the time is over or the agent has ended. */
async function until(what, agent, look) {
  const deadline = Date.now() + WAIT_MS;
  for (;;) {
    const found = await look().catch(() => undefined);
    if (found !== undefined) return found;
    if (agent.exitCode !== null || agent.signalCode !== null) throw new Trouble(`${what}: the agent ended`);
    if (Date.now() > deadline) throw new Trouble(`${what}: not within ${WAIT_MS / 1000} s`);
    await pause(POLL_MS);
  }
}

function nodeReady(port, agent) {
  return until("waiting for the node", agent, async () => {
    const { status, body } = await call(port, "/v1/nodes");
    return status === 200 ? JSON.parse(body).find((node) => node.Status === "ready") : undefined;
  });
}

/** A command of the CLI; ended by `signal`, because nothing may outlive the start. */
function runCommand(port, args, signal) {
  return new Promise((resolve) => {
    const command = spawn(process.execPath, [join(root, "bin/drover"), ...args], {
      cwd: root,
      signal,
      killSignal: "SIGKILL",
      env: { ...ownEnvironment(), DROVER_ADDR: `http://127.0.0.1:${port}`, DROVER_CLI_SHOW_HINTS: "0" },
    });
    let output = "";
    command.stdout.on("data", (chunk) => (output += chunk));
    command.stderr.on("data", (chunk) => (output += chunk));
    command.on("error", (error) => (output += error.message));
    command.on("close", (code) => resolve({ code, output }));
  });
}

/** The allocations of a job that should run, once all of them answer over HTTP. */
function instancesAnswer(port, agent, jobId, count) {
  return until(`waiting for ${jobId}`, agent, async () => {
    const { body } = await call(port, `/v1/job/${jobId}/allocations`);
    const live = JSON.parse(body).filter((alloc) => alloc.DesiredStatus === "run");
    const failed = live.find((alloc) => alloc.ClientStatus === "failed");
    if (failed) return { failed };
    if (live.filter((alloc) => alloc.ClientStatus === "running").length < count) return undefined;
    const urls = await Promise.all(live.map((alloc) => urlOf(port, alloc.ID)));
    await Promise.all(urls.map((url) => call(new URL(url).port, "/")));
    return { urls };
  });
}

async function urlOf(port, allocId) {
  const { body } = await call(port, `/v1/allocation/${allocId}`);
  const { Value, HostIP } = JSON.parse(body).AllocatedResources.Shared.Ports[0];
  return `http://${HostIP}:${Value}`;
}

module.exports = { startAgent, nodeReady, runCommand, instancesAnswer, call, pause };
