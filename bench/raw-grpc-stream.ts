/**
 * One gRPC stream on a connection of its own, with as much of HTTP/2 (RFC 9113) as that takes. A library would need more
 * processor time for thousands of these than the server that is measured, on the same processors.
 */
import { createConnection, type Socket } from "node:net";

const PREFACE = Buffer.from("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
const FRAME_HEAD_BYTES = 9;
const FRAME_BYTES_MAX = 16_384;
const WINDOW_BYTES = 65_535;
const WINDOW_MAX = 2 ** 31 - 1;
const STREAM = 1;
const AGAIN_MS = 100;
const frame = { data: 0, headers: 1, settings: 4, ping: 6, windowUpdate: 8 } as const;
const END_HEADERS = 4;
const ACKNOWLEDGED = 1;
const INITIAL_WINDOW_SIZE = 4;

export class RawGrpcStream {
  #socket: Socket;
  readonly #take: (bytes: Buffer) => void;
  #buffered: Buffer = Buffer.alloc(0);
  #pending: Buffer[] = [];
  #isOpen = false;
  /** What may be sent, of the connection and of the stream. */
  #windows = { connection: WINDOW_BYTES, stream: WINDOW_BYTES };
  #initialWindow = WINDOW_BYTES;

  /** `take` gets the stream's bytes as they come; windows for these are so large that they never end. */
  constructor(socketPath: string, path: string, take: (bytes: Buffer) => void) {
    this.#take = take;
    this.#socket = this.#connect(socketPath, path);
  }

  #connect(socketPath: string, path: string): Socket {
    const socket = createConnection({ path: socketPath });
    socket.on("data", (bytes: Buffer) => this.#read(bytes));
    socket.on("error", (error: NodeJS.ErrnoException) => {
      // More wait to be accepted than the system lets; Envoy comes again too, later than this.
      if (error.code !== "EAGAIN") throw error;
      setTimeout(() => (this.#socket = this.#connect(socketPath, path)), AGAIN_MS);
    });
    socket.once("connect", () => {
      socket.write(preface(path));
      this.#isOpen = true;
      this.#send();
    });
    return socket;
  }

  write(bytes: Buffer): void {
    this.#pending.push(bytes);
    this.#send();
  }

  #send(): void {
    if (!this.#isOpen) return;
    const frames: Buffer[] = [];
    for (let next = this.#pending[0]; next; next = this.#pending[0]) {
      const length = Math.min(next.length, FRAME_BYTES_MAX, this.#windows.connection, this.#windows.stream);
      if (length <= 0) break;
      frames.push(headOf(length, frame.data, 0, STREAM), next.subarray(0, length));
      this.#windows.connection -= length;
      this.#windows.stream -= length;
      if (length === next.length) this.#pending.shift();
      else this.#pending[0] = next.subarray(length);
    }
    if (frames.length === 0) return;
    this.#socket.cork();
    for (const part of frames) this.#socket.write(part);
    this.#socket.uncork();
  }

  #read(bytes: Buffer): void {
    let rest = this.#buffered.length === 0 ? bytes : Buffer.concat([this.#buffered, bytes]);
    while (rest.length >= FRAME_HEAD_BYTES) {
      const end = FRAME_HEAD_BYTES + rest.readUIntBE(0, 3);
      if (rest.length < end) break;
      this.#frame(rest[3] ?? 0, rest[4] ?? 0, rest.readUInt32BE(5), rest.subarray(FRAME_HEAD_BYTES, end));
      rest = rest.subarray(end);
    }
    this.#buffered = rest;
  }

  #frame(type: number, flags: number, stream: number, payload: Buffer): void {
    const isAcknowledged = (flags & ACKNOWLEDGED) !== 0;
    if (type === frame.data) this.#take(payload);
    else if (type === frame.windowUpdate) {
      this.#windows[stream === 0 ? "connection" : "stream"] += payload.readUInt32BE();
      this.#send();
    } else if (type === frame.settings && !isAcknowledged) this.#settings(payload);
    else if (type === frame.ping && !isAcknowledged) this.#socket.write(frameOf(frame.ping, ACKNOWLEDGED, 0, payload));
  }

  #settings(payload: Buffer): void {
    for (let at = 0; at < payload.length; at += 6) {
      if (payload.readUInt16BE(at) !== INITIAL_WINDOW_SIZE) continue;
      const size = payload.readUInt32BE(at + 2);
      this.#windows.stream += size - this.#initialWindow;
      this.#initialWindow = size;
    }
    this.#socket.write(frameOf(frame.settings, ACKNOWLEDGED, 0, Buffer.alloc(0)));
    this.#send();
  }
}

/** What a connection begins with, and the one stream on it. */
function preface(path: string): Buffer {
  const largest = Buffer.alloc(6);
  largest.writeUInt16BE(INITIAL_WINDOW_SIZE);
  largest.writeUInt32BE(WINDOW_MAX, 2);
  const settings = frameOf(frame.settings, 0, 0, largest);
  const window = frameOf(frame.windowUpdate, 0, 0, uint32(WINDOW_MAX - WINDOW_BYTES));
  return Buffer.concat([PREFACE, settings, window, frameOf(frame.headers, END_HEADERS, STREAM, headers(path))]);
}

/** Names and values as they are, without Huffman's code and without the table (RFC 7541, 6.2.2). */
function headers(path: string): Buffer {
  const all = [
    [":method", "POST"],
    [":scheme", "http"],
    [":authority", "control.plane"],
    [":path", path],
    ["content-type", "application/grpc"],
    ["te", "trailers"],
  ] as const;
  return Buffer.concat(all.flatMap(([name, value]) => [Buffer.from([0]), short(name), short(value)]));
}

/** A text below 127 bytes. */
function short(text: string): Buffer {
  return Buffer.concat([Buffer.from([text.length]), Buffer.from(text)]);
}

function frameOf(type: number, flags: number, stream: number, payload: Buffer): Buffer {
  return Buffer.concat([headOf(payload.length, type, flags, stream), payload]);
}

function headOf(length: number, type: number, flags: number, stream: number): Buffer {
  const head = Buffer.alloc(FRAME_HEAD_BYTES);
  head.writeUIntBE(length, 0, 3);
  head[3] = type;
  head[4] = flags;
  head.writeUInt32BE(stream, 5);
  return head;
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}
