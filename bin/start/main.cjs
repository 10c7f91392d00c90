"use strict";
const { existsSync, mkdtempSync, readFileSync, rmSync } = require("node:fs");
const { tmpdir } = require("node:os");
const { join } = require("node:path");
const { build, install, Trouble } = require("./prepare.cjs");
const { holderOf, isFree } = require("./ports.cjs");
const { Steps } = require("./steps.cjs");
const { call, instancesAnswer, nodeReady, pause, runCommand, startAgent } = require("./region.cjs");

const LEAVE_MS = 8000;
const JOB = "hello";
const INSTANCES = 2;
const portFlags = { "-http-port": "http", "-rpc-port": "rpc", "-serf-port": "serf" };

const isTerminal = process.stdout.isTTY === true;
const steps = new Steps(isTerminal);
const say = (text) => steps.say(text);

function readArguments(argv) {
  const ports = { http: 4646, rpc: 4647, serf: 4648 };
  for (let at = 0; at < argv.length; at++) {
    const [flag, inline] = argv[at].replace(/^--/, "-").split("=");
    const name = portFlags[flag];
    const value = Number(inline ?? argv[++at]);
    if (!name) throw new Trouble(`unknown option ${flag}; known are ${Object.keys(portFlags).join(", ")}`);
    if (!Number.isInteger(value) || value < 1 || value > 65535)
      throw new Trouble(`${flag} needs a port between 1 and 65535`);
    ports[name] = value;
    if (name === "http" && !argv.some((word) => /rpc-port|serf-port/.test(word)))
      Object.assign(ports, { rpc: value + 1, serf: value + 2 });
  }
  return ports;
}

async function checkPorts(ports) {
  for (const [name, port] of Object.entries(ports)) {
    if (await isFree(port)) continue;
    const holder = holderOf(port);
    throw new Trouble(
      `port ${port} is taken${holder ? ` by ${holder}` : ""}. Start on others: npm start -- -${name}-port ${name === "http" ? port + 100 : port + 101}`,
    );
  }
}

/** What the agent wrote, and what the tasks of a failed allocation said. */
async function explain(port, logFile, failed) {
  const lines = [];
  if (failed) {
    for (const [task, state] of Object.entries(failed.TaskStates ?? {})) {
      lines.push(
        `task ${task}:`,
        ...(state.Events ?? []).slice(-4).map((event) => `  ${event.Type}: ${event.DisplayMessage}`),
      );
      for (const type of ["stdout", "stderr"]) {
        const { body } = await call(port, `/v1/client/fs/logs/${failed.ID}?task=${task}&type=${type}&plain=true`).catch(
          () => ({ body: "" }),
        );
        lines.push(
          ...body
            .trim()
            .split("\n")
            .slice(-5)
            .map((line) => `  ${type}: ${line}`),
        );
      }
    }
  } else if (existsSync(logFile)) lines.push(...readFileSync(logFile, "utf8").trim().split("\n").slice(-8));
  return lines.map((line) => `    ${line}\n`).join("");
}

function printNext(ports, urls) {
  const at = ports.http === 4646 ? "" : ` -address http://127.0.0.1:${ports.http}`;
  const word = (command) =>
    `    bin/drover ${command.split(" ").slice(0, -1).join(" ")}${at} ${command.split(" ").at(-1)}\n`;
  const plain = (command) => `    bin/drover ${command}${at}\n`;
  process.stdout.write(`
Drover runs at http://127.0.0.1:${ports.http}/ui/ and ${JOB} answers at
${urls.map((url) => `    ${url}\n`).join("")}
Try next, in another terminal:
${plain("status")}${word(`job status ${JOB}`)}${word(`alloc logs -job ${JOB}`)}${plain("node status")}${word("job run examples/hello.drover.hcl")}
Ctrl-C stops everything and leaves nothing behind.
`);
}

/** Ends the agent in order; after a second signal it does not wait for its tasks, and after too long it is killed. */
async function leave(agent, folder, force) {
  if (agent.exitCode === null && agent.signalCode === null) {
    agent.kill("SIGINT");
    const deadline = Date.now() + LEAVE_MS;
    let hurried = false;
    while (agent.exitCode === null && agent.signalCode === null && Date.now() < deadline) {
      // The second signal makes the agent kill its tasks; it still leaves in order.
      if (force.now && !hurried) hurried = agent.kill("SIGINT");
      await pause(20);
    }
    if (agent.exitCode === null && agent.signalCode === null) killGroup(agent);
  }
  rmSync(folder, { recursive: true, force: true });
}

function killGroup(agent) {
  try {
    process.kill(-agent.pid, "SIGKILL");
  } catch {
    // It has just ended.
  }
}

async function main(argv) {
  // A reader that has gone must not keep the start from cleaning up.
  for (const stream of [process.stdout, process.stderr]) stream.on("error", () => {});
  const signal = { name: undefined };
  const force = { now: false };
  const interrupted = new AbortController();
  let stopped = () => {};
  const stop = new Promise((resolve) => (stopped = resolve));
  for (const name of ["SIGINT", "SIGTERM", "SIGHUP"]) {
    process.on(name, () => {
      if (signal.name !== undefined) force.now = true;
      signal.name = name;
      interrupted.abort();
      stopped();
    });
  }
  let agent;
  const folder = mkdtempSync(join(tmpdir(), "drover-start-"));
  const logFile = join(folder, "agent.log");
  let keepLog = false;
  try {
    const ports = readArguments(argv);
    steps.spin();
    await Promise.race([prepare(ports, interrupted.signal), stop]);
    if (signal.name === undefined) {
      say(`starting a dev region on 127.0.0.1:${ports.http}`);
      steps.spin();
      agent = startAgent(ports, logFile);
    }
    const ready = agent && (await Promise.race([bringUp(ports, agent, logFile, interrupted.signal), stop]));
    steps.quiet();
    if (ready) {
      printNext(ports, ready.urls);
      const ended = new Promise((resolve) => agent.once("exit", () => resolve("ended")));
      if ((await Promise.race([stop, ended])) === "ended")
        throw new Trouble(`the agent ended by itself\n${await explain(ports.http, logFile)}`);
    }
    if (isTerminal) process.stdout.write("\n");
    say("stopping");
  } catch (error) {
    steps.quiet();
    if (!(error instanceof Trouble)) throw error;
    process.stderr.write(`npm start: ${error.message.trimEnd()}\n`);
    keepLog = existsSync(logFile);
    if (keepLog) process.stderr.write(`The agent's log is kept: ${logFile}\n`);
    process.exitCode = 1;
  }
  if (agent) await leave(agent, keepLog ? join(folder, "none") : folder, force);
  else rmSync(folder, { recursive: true, force: true });
  if (process.exitCode === undefined) say("stopped; nothing is left");
  process.exit(process.exitCode ?? 0);
}

async function prepare(ports, signal) {
  await install(say, steps, signal);
  await build(say, steps, signal);
  await checkPorts(ports);
}

async function bringUp(ports, agent, logFile, signal) {
  try {
    const node = await nodeReady(ports.http, agent);
    say(`node ${node.Name} is ready`);
    steps.spin();
    const file = "examples/hello.drover.hcl";
    const command = ["job", "run", "-detach", "-var", `node=${process.execPath}`, file];
    const { code, output } = await runCommand(ports.http, command, signal);
    if (code !== 0) throw new Trouble(`${file} was not accepted\n${output}`);
    say(`job ${JOB} is registered`);
    steps.spin();
    const { urls, failed } = await instancesAnswer(ports.http, agent, JOB, INSTANCES);
    if (failed) throw new Trouble(`an instance of ${JOB} failed\n${await explain(ports.http, logFile, failed)}`);
    say(`${urls.length} instances answer`);
    return { urls };
  } catch (error) {
    if (error instanceof Trouble && !error.message.includes("\n"))
      error.message += `\n${await explain(ports.http, logFile)}`;
    throw error;
  }
}

module.exports = { main };
