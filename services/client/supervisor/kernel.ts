import { constants, endianness, platform } from "node:os";
import { getSystemErrorName } from "node:util";

/** What Linux offers to move bytes and Node does not. A result below 0 is an error's number, negated. */
export interface Kernel {
  /**
   * splice(2) of what is in a pipe into a file, at `offset`; it never waits and is 0 when the pipe is empty. The bytes
   * are in the pipe or in the file and never only in this process, which may be killed at any instruction.
   */
  readonly splice: (pipe: number, file: number, offset: number, count: number) => number;
  /** Whether a pipe has something to read, now: poll(2). */
  readonly hasInput: (pipe: number) => boolean;
  /** A new epoll(7). */
  readonly createEpoll: () => number;
  /** From now on `events` names `token` while `descriptor` has something to read. */
  readonly addToEpoll: (epoll: number, descriptor: number, token: number) => number;
  readonly removeFromEpoll: (epoll: number, descriptor: number) => number;
  /** Waits in a thread of the pool, at most `timeoutMs`; then the tokens of what can be read, at most {@link TOKENS_MAX}. */
  readonly awaitEpoll: (epoll: number, timeoutMs: number, done: (tokens: readonly number[]) => void) => void;
}

/** How many ready descriptors one wait tells. */
const TOKENS_MAX = 64;

const SPLICE_F_NONBLOCK = 2;
const EPOLL_CLOEXEC = 0o2000000;
const EPOLL_CTL_ADD = 1;
const EPOLL_CTL_DEL = 2;
/** Also POLLIN. */
const EPOLLIN = 1;
/** epoll_event is packed where 32-bit programs must understand it: epoll_ctl(2). */
const EVENT_BYTES = process.arch === "x64" || process.arch === "ia32" ? 12 : 16;
const TOKEN_OFFSET = EVENT_BYTES - 8;

export function systemError(call: string, negated: number): NodeJS.ErrnoException {
  const code = getSystemErrorName(negated);
  return Object.assign(new Error(`${call}: ${code}`), { code, errno: negated, syscall: call });
}

/** Undefined where there is none: another system, or a processor or C library that the package has no binary for. */
export async function linuxKernel(): Promise<Kernel | undefined> {
  if (platform() !== "linux" || endianness() !== "LE") return undefined;
  try {
    return bind((await import("koffi")).default);
  } catch {
    return undefined;
  }
}

function bind(koffi: typeof import("koffi").default): Kernel {
  const libc = koffi.load(null);
  const splice = libc.func("int64_t splice(int, void *, int, int64_t *, size_t, unsigned int)");
  const poll = libc.func("int poll(void *, unsigned long, int)");
  const create = libc.func("int epoll_create1(int)");
  const control = libc.func("int epoll_ctl(int, int, int, void *)");
  const wait = libc.func("int epoll_wait(int, void *, int, int)");
  const place = new BigInt64Array(1);
  /** A pollfd: the descriptor, then the events asked for and, above them, those that are so; little-endian. */
  const question = new Int32Array(2);
  const event = Buffer.alloc(EVENT_BYTES);
  const events = Buffer.alloc(EVENT_BYTES * TOKENS_MAX);
  const checked = (result: number): number => (result < 0 ? -koffi.errno() : result);
  return {
    splice(pipe, file, offset, count) {
      place[0] = BigInt(offset);
      const moved = checked(Number(splice(pipe, null, file, place, count, SPLICE_F_NONBLOCK)));
      return moved === -constants.errno.EAGAIN ? 0 : moved;
    },
    hasInput(pipe) {
      question[0] = pipe;
      question[1] = EPOLLIN;
      return poll(question, 1, 0) === 1;
    },
    createEpoll: () => checked(create(EPOLL_CLOEXEC) as number),
    addToEpoll(epoll, descriptor, token) {
      event.writeUInt32LE(EPOLLIN, 0);
      event.writeUInt32LE(token, TOKEN_OFFSET);
      return checked(control(epoll, EPOLL_CTL_ADD, descriptor, event) as number);
    },
    removeFromEpoll: (epoll, descriptor) => checked(control(epoll, EPOLL_CTL_DEL, descriptor, null) as number),
    awaitEpoll(epoll, timeoutMs, done) {
      wait.async(epoll, events, TOKENS_MAX, timeoutMs, (_failure: unknown, count: number) => {
        const ready = Array.from({ length: Math.max(0, count ?? 0) }, (_, index) =>
          events.readUInt32LE(index * EVENT_BYTES + TOKEN_OFFSET),
        );
        done(ready);
      });
    },
  };
}
