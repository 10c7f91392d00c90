import { createHash } from "node:crypto";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { err, failureOf, ok, type Result } from "#core/base";
import { aliveSince } from "./process-identity.ts";

/** A process by its pid and its start: a pid alone may belong to another one by now. */
export interface ProcessMark {
  readonly pid: number;
  readonly startedAt: string;
}

/** What is written about a proxy for `mesh status` and for a successor. */
export interface RunRecord {
  readonly proxyId: string;
  readonly service: string;
  readonly serviceId: string;
  readonly kind: string;
  readonly owner: ProcessMark;
  readonly envoy: ProcessMark | undefined;
  readonly port: number;
  readonly consul: string;
}

/** Unix socket paths are at most 107 bytes long. */
const NAME_CHARACTERS = 12;

/** Where the proxies of this machine keep their sockets and files; only their user may look in. */
export function runRoot(env: Readonly<Record<string, string | undefined>>): string {
  return env["DROVER_MESH_RUN"] ?? join(env["XDG_RUNTIME_DIR"] ?? tmpdir(), `drover-mesh-${process.getuid?.() ?? 0}`);
}

/** One proxy's folder. */
export class RunFolder {
  readonly path: string;

  private constructor(path: string) {
    this.path = path;
  }

  static open(root: string, proxyId: string): Result<RunFolder> {
    const name = createHash("sha256").update(proxyId).digest("hex").slice(0, NAME_CHARACTERS);
    const path = join(root, name);
    try {
      mkdirSync(path, { recursive: true, mode: 0o700 });
      chmodSync(root, 0o700);
      return ok(new RunFolder(path));
    } catch (error) {
      return err("io", `run folder ${path}: ${failureOf(error).message}`, {
        hint: "set DROVER_MESH_RUN to a folder that you may write",
      });
    }
  }

  /** Every proxy that has a folder under the root. */
  static all(root: string): RunFolder[] {
    if (!existsSync(root)) return [];
    return readdirSync(root, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map((entry) => new RunFolder(join(root, entry.name)));
  }

  get adsSocket(): string {
    return join(this.path, "ads.sock");
  }

  get adminSocket(): string {
    return join(this.path, "admin.sock");
  }

  get bootstrapFile(): string {
    return join(this.path, "bootstrap.json");
  }

  get envoyLog(): string {
    return join(this.path, "envoy.log");
  }

  /** Who owns it, while that process lives. */
  liveOwner(): ProcessMark | undefined {
    const owner = this.read()?.owner;
    return owner && aliveSince(owner) ? owner : undefined;
  }

  /** An Envoy that an earlier owner left running. */
  leftEnvoy(): ProcessMark | undefined {
    const envoy = this.read()?.envoy;
    return envoy && aliveSince(envoy) ? envoy : undefined;
  }

  read(): RunRecord | undefined {
    try {
      return JSON.parse(readFileSync(this.#record, "utf8")) as RunRecord;
    } catch {
      return undefined;
    }
  }

  write(record: RunRecord): void {
    this.writeFile("record.json", JSON.stringify(record));
  }

  /** Whole or not at all. */
  writeFile(name: string, text: string): string {
    const path = join(this.path, name);
    writeFileSync(`${path}.new`, text, { mode: 0o600 });
    renameSync(`${path}.new`, path);
    return path;
  }

  remove(): void {
    rmSync(this.path, { recursive: true, force: true });
  }

  get #record(): string {
    return join(this.path, "record.json");
  }
}
