import {
  chmodSync,
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { FILE_BYTES_MAX, readInside, writeInside } from "#client/template";

let directory: string;
let root: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "drover-files-"));
  root = join(directory, "task");
  mkdirSync(join(root, "local"), { recursive: true });
  writeFileSync(join(directory, "outside"), "host");
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const plain = { mode: undefined, uid: undefined, gid: undefined };

function read(path: string): string {
  const found = readInside({ base: root, roots: [root] }, path);
  return found.ok ? found.value : found.failure.message;
}

describe("a file that a template reads", () => {
  test("is one of the task's, by an absolute path or from the task's folder", () => {
    writeFileSync(join(root, "local/a"), "inside");
    expect([read("local/a"), read(join(root, "local/a")), read("./local/../local/a")]).toEqual(Array(3).fill("inside"));
  });

  test("is not one of the host's", () => {
    expect(read("../outside")).toBe("'../outside' is outside of sandbox");
    expect(read("/etc/hostname")).toBe("'/etc/hostname' is outside of sandbox");
    expect(read("local/a\0b")).toContain("is outside of sandbox");
  });

  test("is not reached by a link of the task's making", () => {
    symlinkSync(join(directory, "outside"), join(root, "local/link"));
    symlinkSync(directory, join(root, "local/folder"));
    expect(read("local/link")).toBe("'local/link' is outside of sandbox");
    expect(read("local/folder/outside")).toBe("'local/folder/outside' is outside of sandbox");
  });

  test("is a regular file that is there and not too long", () => {
    expect(read("local/none")).toBe("open local/none: no such file or directory");
    expect(read("local")).toBe("'local' is not a regular file");
    writeFileSync(join(root, "local/long"), Buffer.alloc(FILE_BYTES_MAX + 1));
    expect(read("local/long")).toBe(`'local/long' is longer than ${FILE_BYTES_MAX} bytes`);
  });
});

describe("a file that a template writes", () => {
  test("comes with its folders, complete, and only when it differs", () => {
    const path = join(root, "local/deep/er/out");
    expect(writeInside(root, path, "one", plain)).toEqual({ ok: true, value: true });
    expect([readFileSync(path, "utf8"), statSync(path).mode & 0o777]).toEqual(["one", 0o644]);
    expect(statSync(join(root, "local/deep")).mode & 0o777).toBe(0o755);
    expect(writeInside(root, path, "one", plain)).toEqual({ ok: true, value: false });
    expect(readdirSync(join(root, "local/deep/er"))).toEqual(["out"]);
  });

  test("has the mode that was asked for, else keeps the one it had", () => {
    const path = join(root, "local/out");
    writeInside(root, path, "one", { ...plain, mode: 0o600 });
    expect(statSync(path).mode & 0o777).toBe(0o600);
    writeInside(root, path, "two", plain);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    chmodSync(path, 0o640);
    writeInside(root, path, "two", { ...plain, mode: 0o600 });
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  test("replaces a link instead of writing through it", () => {
    symlinkSync(join(directory, "outside"), join(root, "local/link"));
    expect(writeInside(root, join(root, "local/link"), "task", plain).ok).toBe(true);
    linkSync(join(directory, "outside"), join(root, "local/hard"));
    expect(writeInside(root, join(root, "local/hard"), "task", plain).ok).toBe(true);
    expect(readFileSync(join(directory, "outside"), "utf8")).toBe("host");
  });

  test("does not go through a folder that is a link", () => {
    symlinkSync(directory, join(root, "local/folder"));
    const done = writeInside(root, join(root, "local/folder/out"), "task", plain);
    expect(done.ok ? "written" : done.failure.message).toMatch(/not a directory|a symbolic link stands in its way/);
    expect(existsSync(join(directory, "out"))).toBe(false);
  });

  test("does not lie outside of the root", () => {
    const done = writeInside(root, join(directory, "out"), "task", plain);
    expect(done.ok ? "written" : done.failure.message).toContain("is outside of sandbox");
  });
});
