"use strict";
// One door for `npm test`, `npm run check`, `sim`, `bench` and `fuzz`: on a fresh clone it installs and builds what the
// command needs, then runs it. Plain CommonJS without dependencies, because nothing is installed yet when it starts.
const { spawn, spawnSync } = require("node:child_process");
const { createHash } = require("node:crypto");
const { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } = require("node:fs");
const { tmpdir } = require("node:os");
const { join } = require("node:path");

const root = join(__dirname, "../..");
const bin = (name) => join(root, "node_modules", ".bin", name);

function run(command, args, options = {}) {
  const result = spawnSync(command, args, { cwd: root, stdio: "inherit", ...options });
  if (result.error) throw result.error;
  if (result.signal) process.kill(process.pid, result.signal);
  return result.status ?? 1;
}

function must(command, args, options) {
  const status = run(command, args, options);
  if (status !== 0) process.exit(status);
}

/** Installs a folder's locked packages unless the lock that was installed last is the same one. */
function install(folder) {
  const lock = join(folder, "package-lock.json");
  const stamp = join(folder, "node_modules", ".installed-lock");
  const digest = createHash("sha256").update(readFileSync(lock)).digest("hex");
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === digest) return;
  process.stdout.write(`installing the packages of ${folder}\n`);
  must("npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund"], { cwd: folder });
  writeFileSync(stamp, digest);
}

function prepare() {
  install(root);
  install(__dirname);
}

function build(project) {
  must(bin("tsc"), ["-b", project]);
  const finish = join(root, "dist/cli/build/main.js");
  if (existsSync(finish)) must(process.execPath, [finish]);
}

const commands = {
  check() {
    build("tsconfig.json");
    const steps = [
      [bin("biome"), ["format", "."]],
      [bin("oxlint"), ["--type-aware", "--deny-warnings", "."]],
      [bin("vitest"), ["run", "--project", "unit", "test/tidy"]],
    ];
    const failed = steps.filter(([command, args]) => run(command, args) !== 0);
    process.exit(failed.length === 0 ? 0 : 1);
  },
  test(args) {
    build("tsconfig.json");
    if (args.length > 0) process.exit(run(bin("vitest"), ["run", ...args]));
    void testAll();
  },
  sim: (args) => runBuilt("dist/test/sim/main.js", args),
  "sim:long": (args) => runBuilt("dist/test/sim/main.js", ["exhaustive", ...args]),
  bench: (args) => runBuilt("dist/bench/main.js", args),
  fuzz: (args) => runBuilt("dist/test/fuzz/main.js", args),
};

/**
 * Two lanes. In one the unit tests, then those that start agents. In the other the system tests, which mostly wait for real
 * programs; what they said is shown after the others.
 */
async function testAll() {
  const folder = mkdtempSync(join(tmpdir(), "drover-test-counts-"));
  const group = (project, stdio) => ({ project, stdio, counts: join(folder, project) });
  const groups = [group("unit", "inherit"), group("processes", "inherit"), group("system", "pipe")];
  const [unit, processes, system] = groups;
  const first = runGroup(unit).then(async (code) => Math.max(code, await runGroup(processes)));
  const codes = await Promise.all([first, runGroup(system)]);
  const sum = { passed: 0, failed: 0, skipped: 0 };
  const failures = [];
  for (const { project, counts } of groups) {
    const died = { failed: 1, failures: [`FAILED the run of the project ${project} ended without counts`] };
    const found = existsSync(counts) ? JSON.parse(readFileSync(counts, "utf8")) : died;
    failures.push(...found.failures);
    for (const name of ["passed", "failed", "skipped"]) sum[name] += found[name] ?? 0;
  }
  rmSync(folder, { recursive: true, force: true });
  for (const failure of failures) process.stdout.write(`\n${failure}\n`);
  process.stdout.write(`\n${sum.passed} passed, ${sum.failed} failed, ${sum.skipped} skipped\n`);
  process.exit(Math.max(...codes));
}

function runGroup({ project, stdio, counts }) {
  const args = ["run", "--project", project];
  const env = { ...process.env, DROVER_COUNTS_FILE: counts };
  const child = spawn(bin("vitest"), args, { cwd: root, env, stdio: ["ignore", stdio, stdio] });
  const chunks = [];
  for (const stream of [child.stdout, child.stderr]) stream?.on("data", (chunk) => chunks.push(chunk));
  return new Promise((resolve) => {
    child.on("error", (error) => {
      process.stderr.write(`${error.message}\n`);
      resolve(1);
    });
    child.on("close", (code) => {
      process.stdout.write(Buffer.concat(chunks));
      resolve(code ?? 1);
    });
  });
}

function runBuilt(script, args) {
  build("tsconfig.json");
  process.exit(run(process.execPath, [join(root, script), ...args]));
}

const [name, ...args] = process.argv.slice(2);
const command = commands[name];
if (!command) {
  process.stderr.write(`usage: node test/tools/run.cjs ${Object.keys(commands).join("|")} [arguments]\n`);
  process.exit(2);
}
prepare();
command(args);
