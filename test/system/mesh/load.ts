import { Agent, request } from "node:http";

export interface LoadResult {
  readonly sent: number;
  /** Answers by body (the version) for status 200, by status otherwise; `error` for none. */
  readonly answers: ReadonlyMap<string, number>;
}

/** Requests at a steady rate, whatever the answers take (open loop), over kept connections. */
export class Load {
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 64 });
  readonly #answers = new Map<string, number>();
  readonly #port: number;
  readonly #path: string;
  #sent = 0;
  #pending = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(port: number, perSecond: number, path = "/") {
    this.#port = port;
    this.#path = path;
    if (perSecond > 0) this.#run(perSecond);
  }

  get answers(): ReadonlyMap<string, number> {
    return this.#answers;
  }

  /** Everything that was no 200. */
  get failures(): number {
    return [...this.#answers].reduce((sum, [key, count]) => (/^v\d+$/.test(key) ? sum : sum + count), 0);
  }

  count(key: string): number {
    return this.#answers.get(key) ?? 0;
  }

  get sent(): number {
    return this.#sent;
  }

  /** `count` requests, `width` at a time. */
  async burst(count: number, width = 16): Promise<void> {
    let left = count;
    const lane = async (): Promise<void> => {
      while (left-- > 0) await this.#one();
    };
    await Promise.all(Array.from({ length: width }, lane));
  }

  async stop(): Promise<LoadResult> {
    clearInterval(this.#timer);
    while (this.#pending > 0) await new Promise((resolve) => setTimeout(resolve, 10));
    this.#agent.destroy();
    return { sent: this.#sent, answers: this.#answers };
  }

  #run(perSecond: number): void {
    const began = performance.now();
    this.#timer = setInterval(() => {
      const due = Math.floor(((performance.now() - began) / 1000) * perSecond);
      while (this.#sent < due) void this.#one();
    }, 2);
  }

  #one(): Promise<void> {
    this.#sent++;
    this.#pending++;
    return new Promise((resolve) => {
      const done = (key: string): void => {
        this.#answers.set(key, (this.#answers.get(key) ?? 0) + 1);
        this.#pending--;
        resolve();
      };
      const sent = request({ host: "127.0.0.1", port: this.#port, path: this.#path, agent: this.#agent }, (answer) => {
        let body = "";
        answer.setEncoding("utf8");
        answer.on("data", (chunk: string) => (body += chunk));
        answer.on("end", () => done(answer.statusCode === 200 ? body : String(answer.statusCode)));
        answer.on("error", () => done("error"));
      });
      sent.setTimeout(15_000, () => sent.destroy(new Error("time-out")));
      sent.on("error", (error: NodeJS.ErrnoException) => done(`error ${error.code ?? error.message}`));
      sent.end();
    });
  }
}
