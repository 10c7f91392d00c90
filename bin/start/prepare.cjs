"use strict";
// Installing and building, each only when something has changed since the last time.
const { spawn } = require("node:child_process");
const { createHash } = require("node:crypto");
const { existsSync, readdirSync, readFileSync, statSync, writeFileSync } = require("node:fs");
const { join, relative } = require("node:path");

const root = join(__dirname, "../..");
const sources = [
  "core",
  "services",
  "integrations",
  "cli",
  "ui",
  "tsconfig.base.json",
  "tsconfig.node.json",
  "tsconfig.build.json",
  "package.json",
];

function filesBelow(path) {
  if (!existsSync(path)) return [];
  if (!statSync(path).isDirectory()) return [path];
  return readdirSync(path, { withFileTypes: true }).flatMap((entry) => {
    const full = join(path, entry.name);
    if (entry.isDirectory()) return entry.name === "node_modules" ? [] : filesBelow(full);
    return entry.name.endsWith(".test.ts") ? [] : [full];
  });
}

/** Names, sizes and times: reading a thousand files would cost more than a start may. */
function fingerprint() {
  const hash = createHash("sha256");
  for (const path of sources.flatMap((name) => filesBelow(join(root, name)))) {
    const { size, mtimeMs } = statSync(path);
    hash.update(`${relative(root, path)} ${size} ${mtimeMs}\n`);
  }
  return hash.digest("hex");
}

function isStamped(path, value) {
  return existsSync(path) && readFileSync(path, "utf8") === value;
}

const OUTPUT_MAX = 100_000;

class Trouble extends Error {}

function run(command, args, { what, advice, signal }) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd: root, stdio: ["ignore", "pipe", "pipe"], signal });
    let output = "";
    const collect = (chunk) => (output = (output + chunk).slice(-OUTPUT_MAX));
    child.stdout.on("data", collect);
    child.stderr.on("data", collect);
    child.on("error", (error) => reject(new Trouble(`${what}: ${error.message}`)));
    child.on("close", (code) =>
      code === 0 ? resolve() : reject(new Trouble(`${what} failed\n${tail(output)}${advice}`)),
    );
  });
}

function tail(text) {
  return text
    .trim()
    .split("\n")
    .slice(-15)
    .map((line) => `    ${line}\n`)
    .join("");
}

/** The locked packages, unless they are there. */
async function install(say, steps, signal) {
  const lock = createHash("sha256")
    .update(readFileSync(join(root, "package-lock.json")))
    .digest("hex");
  const stamp = join(root, "node_modules", ".installed-lock");
  if (isStamped(stamp, lock)) return;
  say("installing packages");
  steps.spin();
  const advice = "npm ci needs the package registry once; check the network and run npm start again.";
  await run("npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund"], {
    what: "installing packages",
    advice,
    signal,
  });
  writeFileSync(stamp, lock);
}

async function build(say, steps, signal) {
  const stamp = join(root, "dist", ".built");
  const now = fingerprint();
  if (isStamped(stamp, now)) return;
  say("building");
  steps.spin();
  const advice = "The sources do not compile; `npm run check` says more.";
  const compiler = join(root, "node_modules/.bin/tsc");
  await run(compiler, ["-b", "tsconfig.build.json"], { what: "building", advice, signal });
  const table = join(root, "dist/cli/build/main.js");
  await run(process.execPath, [table], { what: "building the table of commands", advice: "", signal });
  writeFileSync(stamp, now);
}

module.exports = { root, install, build, Trouble };
