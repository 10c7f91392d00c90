"use strict";
// Whether a port is free, and if not, who holds it.
const { createServer } = require("node:net");
const { readdirSync, readFileSync, readlinkSync } = require("node:fs");

function isFree(port) {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(false));
    server.listen(port, "127.0.0.1", () => server.close(() => resolve(true)));
  });
}

/** The process that listens on a port, as `name (pid 12)`; undefined where /proc does not tell. */
function holderOf(port) {
  try {
    const hex = port.toString(16).toUpperCase().padStart(4, "0");
    const lines = ["/proc/net/tcp", "/proc/net/tcp6"].flatMap((file) => readFileSync(file, "utf8").split("\n"));
    const inodes = lines
      .map((line) => line.trim().split(/\s+/))
      .filter((cells) => cells[1]?.endsWith(`:${hex}`) && cells[3] === "0A")
      .map((cells) => `socket:[${cells[9]}]`);
    for (const pid of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
      if (holds(pid, inodes)) return `${readFileSync(`/proc/${pid}/comm`, "utf8").trim()} (pid ${pid})`;
    }
  } catch {
    // Another platform, or a process that is not ours to look into.
  }
  return undefined;
}

function holds(pid, inodes) {
  try {
    return readdirSync(`/proc/${pid}/fd`).some((fd) => inodes.includes(readlinkSync(`/proc/${pid}/fd/${fd}`)));
  } catch {
    return false;
  }
}

module.exports = { isFree, holderOf };
