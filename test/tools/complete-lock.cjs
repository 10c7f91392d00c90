"use strict";
// A registry mirror may lack the binaries of other platforms; npm then leaves them out of the lock file and `npm ci`
// refuses it. This adds each missing optional package with the platform its name states, so that the lock is whole
// everywhere. Run after every `npm install`: node test/tools/complete-lock.cjs [folder …]
const { readFileSync, writeFileSync } = require("node:fs");
const { join } = require("node:path");

const systems = ["android", "darwin", "freebsd", "linux", "win32", "openharmony", "aix", "sunos", "netbsd", "openbsd"];
const processors = ["arm64", "arm", "ia32", "loong64", "mips64el", "ppc64", "riscv64", "s390x", "x64"];
const places = { os: systems, cpu: processors };

function platformOf(name) {
  const words = name.split("/").pop().split("-");
  const platform = {};
  for (const [key, known] of Object.entries(places)) {
    const found = words.find((word) => known.includes(word));
    if (found) platform[key] = [found];
  }
  if (words.includes("wasm32")) platform.cpu = ["wasm32"];
  return platform;
}

function complete(folder) {
  const path = join(folder, "package-lock.json");
  const lock = JSON.parse(readFileSync(path, "utf8"));
  let added = 0;
  for (const entry of Object.values(lock.packages)) {
    for (const [name, version] of Object.entries(entry.optionalDependencies ?? {})) {
      if (lock.packages[`node_modules/${name}`]) continue;
      if (!/^\d/.test(version)) throw new Error(`${name}: not an exact version: ${version}`);
      const dev = entry.dev === true || entry.devDependencies !== undefined ? { dev: true } : {};
      lock.packages[`node_modules/${name}`] = { version, ...platformOf(name), ...dev, optional: true };
      added++;
    }
  }
  const sorted = Object.keys(lock.packages).sort();
  lock.packages = Object.fromEntries(sorted.map((key) => [key, lock.packages[key]]));
  writeFileSync(path, `${JSON.stringify(lock, null, 2)}\n`);
  console.log(`${path}: ${added} added`);
}

const folders = process.argv.slice(2);
for (const folder of folders.length > 0 ? folders : [join(__dirname, "../.."), __dirname]) complete(folder);
