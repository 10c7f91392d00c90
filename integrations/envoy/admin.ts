import { request } from "node:http";
import { err, ok, type Result } from "#core/base";

const CALL_TIMEOUT_MS = 5_000;
const ANSWER_BYTES_MAX = 64 * 1024 * 1024;

/** An Envoy's admin interface behind its unix socket (or a loopback port). */
export interface AdminAddress {
  readonly socketPath?: string;
  readonly host?: string;
  readonly port?: number;
}

export interface Counter {
  readonly name: string;
  readonly value: number;
}

export class EnvoyAdmin {
  readonly #address: AdminAddress;

  constructor(address: AdminAddress) {
    this.#address = address;
  }

  /** The body of an answer with status 200. */
  call(path: string, method = "GET"): Promise<Result<string>> {
    return new Promise((resolve) => {
      const sent = request({ ...this.#address, path, method, timeout: CALL_TIMEOUT_MS }, (answer) => {
        const chunks: Buffer[] = [];
        let length = 0;
        answer.on("data", (chunk: Buffer) => {
          length += chunk.length;
          if (length > ANSWER_BYTES_MAX) sent.destroy(new Error("its answer is too long"));
          else chunks.push(chunk);
        });
        answer.on("end", () => {
          const text = Buffer.concat(chunks).toString("utf8");
          if (answer.statusCode === 200) resolve(ok(text));
          else resolve(err("unavailable", `Envoy answered ${answer.statusCode} to ${path}: ${text.trim()}`));
        });
      });
      sent.on("timeout", () => sent.destroy(new Error(`no answer within ${CALL_TIMEOUT_MS / 1000} s`)));
      sent.on("error", (error) =>
        resolve(err("unavailable", `Envoy's admin interface: ${error.message}`, { cause: error })),
      );
      sent.end();
    });
  }

  async json<T>(path: string): Promise<Result<T>> {
    const text = await this.call(path);
    return text.ok ? ok(JSON.parse(text.value) as T) : text;
  }

  /** Counters and gauges whose names match; one that was never touched is absent, which is 0. */
  async counters(filter: string): Promise<Result<ReadonlyMap<string, number>>> {
    const stats = await this.json<{ readonly stats: readonly Partial<Counter>[] }>(
      `/stats?format=json&usedonly&filter=${encodeURIComponent(filter)}`,
    );
    if (!stats.ok) return stats;
    const plain = stats.value.stats.flatMap(({ name, value }) =>
      name !== undefined && typeof value === "number" ? [[name, value] as const] : [],
    );
    return ok(new Map(plain));
  }
}
