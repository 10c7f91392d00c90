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
import { assert, err, failureOf, ok, type Result } from "#core/base";
import { identify, isSame, type ProcessIdentity } from "#client/process";

/** What is written about a proxy for `mesh status` and for a successor. */
export interface RunRecord {
  readonly proxyId: string;
  readonly service: string;
  readonly serviceId: string;
  readonly kind: string;
  readonly owner: ProcessIdentity;
  readonly envoy: ProcessIdentity | undefined;
  readonly port: number;
  readonly consul: string;
}

/** This process, as others know it. */
export function ownProcess(): ProcessIdentity {
  const own = identify(process.pid);
  assert(own !== undefined, "a process that runs can be identified");
  return own;
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
  liveOwner(): ProcessIdentity | undefined {
    const owner = this.read()?.owner;
    return owner && isSame(owner) ? owner : undefined;
  }

  /** An Envoy that an earlier owner left running. */
  leftEnvoy(): ProcessIdentity | undefined {
    const envoy = this.read()?.envoy;
    return envoy && isSame(envoy) ? envoy : undefined;
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
