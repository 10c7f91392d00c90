import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { err, ok, type Result } from "#core/base";
import { isSame, type ProcessIdentity } from "#client/process";
import { portHolder } from "./port-holder.ts";
import { ownProcess } from "./run-folder.ts";

const PORT_FIRST = 21_000;
const PORT_LAST = 21_255;

/**
 * The named port, or the first of Consul's own range that is free and that no other proxy of this machine has claimed:
 * between the choice and Envoy's bind some time passes.
 */
export async function choosePort(host: string, named: number | undefined): Promise<Result<number>> {
  if (named !== undefined) {
    const free = await checkFree({ address: host, port: named, field: "-port" });
    return free.ok ? ok(named) : free;
  }
  for (let port = PORT_FIRST; port <= PORT_LAST; port++) if ((await isFree(host, port)) && claim(port)) return ok(port);
  return err("io", `no port from ${PORT_FIRST} to ${PORT_LAST} is free`, {
    field: "-port",
    hint: "name one with -port",
  });
}

/** A port that somebody has named. */
export interface NamedPort {
  readonly address: string;
  readonly port: number;
  readonly field: string;
}

/** Refuses what is taken, and says by whom as far as that can be seen. */
export async function checkFree({ address, port, field }: NamedPort): Promise<Result<void>> {
  if (await isFree(address, port)) return ok(undefined);
  return err("io", `port ${port} of ${address} is taken${by(portHolder(port))}`, {
    field,
    hint: `name another one with ${field}`,
  });
}

function by(holder: string | undefined): string {
  return holder === undefined ? "" : ` by ${holder}`;
}

export function releasePort(port: number): void {
  rmSync(claimFile(port), { force: true });
}

function claim(port: number): boolean {
  const file = claimFile(port);
  const mark = JSON.stringify(ownProcess());
  try {
    writeFileSync(file, mark, { flag: "wx", mode: 0o600 });
    return true;
  } catch {
    const holder = holderOf(file);
    if (holder && isSame(holder)) return holder.pid === process.pid;
    // Its holder is dead, and nobody listens there.
    writeFileSync(file, mark, { mode: 0o600 });
    return true;
  }
}

function holderOf(file: string): ProcessIdentity | undefined {
  try {
    return JSON.parse(readFileSync(file, "utf8")) as ProcessIdentity;
  } catch {
    return undefined;
  }
}

/** One place for all proxies of a user, whatever their run folders. */
function claimFile(port: number): string {
  const folder = join(tmpdir(), `drover-mesh-ports-${process.getuid?.() ?? 0}`);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  return join(folder, `${port}.json`);
}

function isFree(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(false));
    server.listen({ host, port }, () => server.close(() => resolve(true)));
  });
}
