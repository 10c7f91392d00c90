import { Duplex } from "node:stream";
import { type ByteStream, reasonOf } from "./connection.ts";

type Done = (error?: Error | null) => void;

/** An RPC stream as a socket that HTTP can be spoken over. */
export class TunnelSocket extends Duplex {
  readonly #stream: ByteStream;

  constructor(stream: ByteStream) {
    super();
    this.#stream = stream;
    stream.on("data", (bytes: Buffer) => {
      if (!this.push(bytes)) stream.pause();
    });
    stream.on("end", () => this.push(null));
    stream.on("error", (error: Error) => this.destroy(new Error(reasonOf(error))));
  }

  override _read(): void {
    this.#stream.resume();
  }

  override _write(bytes: Buffer, _encoding: BufferEncoding, done: Done): void {
    this.#stream.write(bytes, () => done());
  }

  override _final(done: Done): void {
    this.#stream.end();
    done();
  }

  override _destroy(error: Error | null, done: Done): void {
    this.#stream.cancel();
    done(error);
  }
}
