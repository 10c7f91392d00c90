import { Duplex, PassThrough, type Writable } from "node:stream";
import type { ByteStream } from "./byte-stream.ts";

/** Connections that agents without a server have brought here. */
const TUNNELS_MAX = 1_024;

/** Hands the connections inside RPC streams to an HTTP server, which takes them for sockets. */
export class HttpTunnel {
  readonly #connected: (socket: Duplex) => void;
  #open = 0;

  constructor(connected: (socket: Duplex) => void) {
    this.#connected = connected;
  }

  accept(stream: ByteStream): void {
    if (this.#open >= TUNNELS_MAX) return void stream.end();
    this.#open++;
    // HTTP writes texts in several encodings: the pass-through turns them into bytes.
    const outgoing = new PassThrough();
    outgoing.pipe(stream as unknown as Writable);
    const socket = Duplex.from({ readable: stream, writable: outgoing });
    stream.on("cancelled", () => socket.destroy());
    socket.on("error", () => undefined);
    socket.once("close", () => {
      this.#open--;
      stream.end();
    });
    this.#connected(socket);
  }
}
