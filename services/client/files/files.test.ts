import { appendFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from "node:fs";
import { execFileSync } from "node:child_process";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { AllocFiles, type StreamFrame } from "#client/files";
import { RotatingLog } from "#client/log";

let root: string;
let outside: string;
let files: AllocFiles;

beforeEach(() => {
  outside = mkdtempSync(join(tmpdir(), "drover-files-"));
  root = join(outside, "alloc-1");
  for (const folder of ["alloc/logs", "main/local/sub", "main/secrets"])
    mkdirSync(join(root, folder), { recursive: true });
  writeFileSync(join(root, "main/local/digits.txt"), "0123456789", { mode: 0o644 });
  writeFileSync(join(root, "main/secrets/token"), "secret");
  writeFileSync(join(outside, "host"), "of the host");
  files = new AllocFiles(root);
});

afterEach(() => rmSync(outside, { recursive: true }));

async function text(path: string, offset = 0, limit?: number): Promise<string> {
  const opened = await files.read(path, offset, limit);
  if (!opened.ok) return opened.failure.message;
  let all = "";
  for await (const chunk of opened.value) all += Buffer.from(chunk).toString();
  return all;
}

const never = new AbortController().signal;
const once = { origin: "start", offset: 0, follow: false } as const;

/** The data of the next frames as one text, without heartbeats. */
async function take(stream: AsyncIterable<StreamFrame>, bytes: number): Promise<string> {
  let all = "";
  for await (const frame of stream) {
    all += Buffer.from(frame.data ?? []).toString() + (frame.fileEvent ? `[${frame.fileEvent}]` : "");
    if (all.length >= bytes) break;
  }
  return all;
}

async function streamOf(
  path: string,
  request = { ...once, follow: true } as { origin: "start" | "end"; offset: number; follow: boolean },
) {
  const stream = await files.stream(path, request, never);
  if (!stream.ok) throw new Error(stream.failure.message);
  return stream.value;
}

describe("files", () => {
  test("folders are listed with Go's modes", async () => {
    const listed = await files.list("main/local");
    expect(listed).toMatchObject({
      ok: true,
      value: expect.arrayContaining([
        expect.objectContaining({
          name: "digits.txt",
          fileMode: "-rw-r--r--",
          isDir: false,
          size: 10,
          contentType: "",
        }),
        expect.objectContaining({ name: "sub", fileMode: "drwxr-xr-x", isDir: true }),
      ]) as unknown,
    });
    expect(await files.stat("main/local/digits.txt")).toMatchObject({
      value: { name: "digits.txt", contentType: "text/plain; charset=utf-8" },
    });
  });

  test("what is missing is told in the words of the compatible API", async () => {
    const missing = join(root, "none");
    expect(await files.list("none")).toMatchObject({
      failure: { code: "not_found", message: `open ${missing}: no such file or directory` },
    });
    expect(await files.stat("none")).toMatchObject({
      failure: { code: "not_found", message: `stat ${missing}: no such file or directory` },
    });
    expect(await text("main/local")).toBe('file "main/local" is a directory');
  });

  test("bytes are read from an offset up to a limit", async () => {
    expect(await text("main/local/digits.txt", 3, 4)).toBe("3456");
    expect(await text("main/local/digits.txt", 8)).toBe("89");
    expect(await text("main/local/digits.txt", 100, 4)).toBe("");
  });

  test("nothing outside of the allocation can be read, by dots or by links, nor what is secret, nor a pipe", async () => {
    symlinkSync(join(outside, "host"), join(root, "main/local/link"));
    symlinkSync(outside, join(root, "main/local/folder"));
    symlinkSync("../secrets/token", join(root, "main/local/inner"));
    execFileSync("mkfifo", [join(root, "main/local/pipe")]);
    expect(await text("../host")).toBe("Path escapes the alloc directory");
    expect(await text("/../../host")).toBe("Path escapes the alloc directory");
    expect(await text("main/local/link")).toBe("Path escapes the alloc directory");
    expect(await text("main/local/folder/host")).toBe("Path escapes the alloc directory");
    expect(await files.list("main/local/folder")).toMatchObject({
      failure: { message: "Path escapes the alloc directory" },
    });
    expect(await text("main/secrets/token")).toBe("Reading secret file prohibited: main/secrets/token");
    expect(await text("main/local/inner")).toBe("Reading secret file prohibited: main/local/inner");
    expect(await text("main/local/pipe")).toBe('file "main/local/pipe" is not a regular file');
  });
});

describe("streams", () => {
  test("frames carry the position after their data", async () => {
    const frames: StreamFrame[] = [];
    for await (const frame of await streamOf("main/local/digits.txt", { origin: "end", offset: 4, follow: false }))
      frames.push(frame);
    expect(frames).toEqual([{ file: "main/local/digits.txt", offset: 10, data: Buffer.from("6789") }]);
  });

  test("a followed file goes on, says that it was cut, and ends when it is removed", async () => {
    const path = join(root, "main/local/digits.txt");
    const stream = (await streamOf("main/local/digits.txt"))[Symbol.asyncIterator]();
    const next = async (): Promise<string> => {
      for (;;) {
        const { value, done } = (await stream.next()) as IteratorResult<StreamFrame>;
        if (done) return "end";
        const frame = value as StreamFrame;
        if (frame.data || frame.fileEvent) return frame.fileEvent ?? Buffer.from(frame.data ?? []).toString();
      }
    };
    expect(await next()).toBe("0123456789");
    appendFileSync(path, "ab");
    expect(await next()).toBe("ab");
    truncateSync(path);
    expect(await next()).toBe("file truncated");
    appendFileSync(path, "new");
    expect(await next()).toBe("new");
    rmSync(path);
    expect([await next(), await next()]).toEqual(["file deleted", "end"]);
  });

  test("a reader that hangs up leaves nothing open", async () => {
    const abort = new AbortController();
    const stream = await files.stream("main/local/digits.txt", { ...once, follow: true }, abort.signal);
    if (!stream.ok) throw new Error("not opened");
    const all: StreamFrame[] = [];
    setTimeout(() => abort.abort(), 50);
    for await (const frame of stream.value) all.push(frame);
    expect(all.length).toBeGreaterThanOrEqual(1);
  });
});

describe("logs", () => {
  const log = (maxFiles = 1000): RotatingLog =>
    new RotatingLog({ directory: join(root, "alloc/logs"), prefix: "main.stdout", maxFiles, maxFileSizeBytes: 10 });
  const numbered = (from: number, count: number): string =>
    Array.from({ length: count }, (_, index) => `${String(from + index).padStart(3, "0")}\n`).join("");

  test("a log over several files is one stream, from the start or back from the end", async () => {
    log().write(Buffer.from(numbered(0, 10)));
    expect(await take(files.logs("main", "stdout", once, never), 40)).toBe(numbered(0, 10));
    expect(await take(files.logs("main", "stdout", { ...once, offset: 36 }, never), 4)).toBe("009\n");
    expect(await take(files.logs("main", "stdout", { ...once, origin: "end", offset: 12 }, never), 12)).toBe(
      numbered(7, 3),
    );
    expect(await take(files.logs("main", "stdout", { ...once, offset: 1000 }, never), 1)).toBe("");
  });

  test("a follower that begins before the first byte sees every byte over many rotations", async () => {
    const writer = log();
    const reading = take(files.logs("main", "stdout", { ...once, follow: true }, never), 4000);
    for (let line = 0; line < 1000; line += 5) {
      writer.write(Buffer.from(numbered(line, 5)));
      if (line % 50 === 0) await new Promise((resolve) => setTimeout(resolve, 2));
    }
    expect(await reading).toBe(numbered(0, 1000));
  });

  test("an idle follower gets heartbeats", async () => {
    log().write(Buffer.from("x"));
    const kinds: boolean[] = [];
    for await (const frame of files.logs("main", "stdout", { ...once, follow: true }, never)) {
      kinds.push(frame.data !== undefined);
      if (kinds.length === 3) break;
    }
    expect(kinds).toEqual([true, false, false]);
  });
});
