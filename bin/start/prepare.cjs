"use strict";
// Installing and building, each only when something has changed since the last time.
const { spawnSync } = require("node:child_process");
const { createHash } = require("node:crypto");
const { existsSync, readdirSync, readFileSync, statSync, writeFileSync } = require("node:fs");
const { join } = require("node:path");

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
    hash.update(`${path} ${size} ${mtimeMs}\n`);
  }
  return hash.digest("hex");
}

function isStamped(path, value) {
  return existsSync(path) && readFileSync(path, "utf8") === value;
}

class Trouble extends Error {}

function run(command, args, what, advice) {
  const result = spawnSync(command, args, { cwd: root, encoding: "utf8" });
  if (result.error) throw new Trouble(`${what}: ${result.error.message}`);
  if (result.status !== 0) throw new Trouble(`${what} failed\n${tail(result.stdout + result.stderr)}${advice}`);
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
function install(say) {
  const lock = createHash("sha256")
    .update(readFileSync(join(root, "package-lock.json")))
    .digest("hex");
  const stamp = join(root, "node_modules", ".installed-lock");
  if (isStamped(stamp, lock)) return;
  say("installing packages");
  const advice = "npm ci needs the package registry once; check the network and run npm start again.";
  run("npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund"], "installing packages", advice);
  writeFileSync(stamp, lock);
}

function build(say) {
  const stamp = join(root, "dist", ".built");
  const now = fingerprint();
  if (isStamped(stamp, now)) return;
  say("building");
  run(
    join(root, "node_modules/.bin/tsc"),
    ["-b", "tsconfig.build.json"],
    "building",
    "The sources do not compile; `npm run check` says more.",
  );
  run(process.execPath, [join(root, "dist/cli/build/main.js")], "building the table of commands", "");
  writeFileSync(stamp, now);
}

module.exports = { root, install, build, Trouble };
