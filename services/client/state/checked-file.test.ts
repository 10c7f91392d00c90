import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { readChecked, writeChecked } from "#client/state";

let folder: string;
let path: string;
const versions = { current: 3, oldest: 2 };

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "drover-state-"));
  path = join(folder, "file.json");
});
afterEach(() => rmSync(folder, { recursive: true }));

test("what was written is read back, with its version, and only its user may read it", () => {
  writeChecked(path, 2, { name: "Zürich", list: [1, 2] });
  expect(readChecked(path, versions)).toEqual({
    ok: true,
    value: { version: 2, body: { name: "Zürich", list: [1, 2] } },
  });
  expect(statSync(path).mode & 0o777).toBe(0o600);
  expect(existsSync(`${path}.new`)).toBe(false);
});

test("no file is not a failure", () => {
  expect(readChecked(path, versions)).toEqual({ ok: true, value: undefined });
});

test("a newer and a too old version are refused in one line", () => {
  for (const version of [1, 4]) {
    writeChecked(path, version, {});
    expect(readChecked(path, versions)).toMatchObject({
      failure: { code: "conflict", message: `${path} has version ${version}; this program reads 2 to 3` },
    });
  }
});

test("any byte that changes, and any cut, is noticed", () => {
  writeChecked(path, 3, { count: 12345, text: "some text" });
  const whole = readFileSync(path);
  for (let at = 0; at < whole.length - 1; at++) {
    const damaged = Buffer.from(whole);
    damaged[at] = (damaged[at] as number) ^ 0x04;
    writeFileSync(path, damaged);
    const read = readChecked(path, versions);
    expect(read.ok, `byte ${at} changed: ${damaged.toString()}`).toBe(false);
    writeFileSync(path, whole.subarray(0, at));
    expect(readChecked(path, versions).ok, `cut at ${at}`).toBe(false);
  }
});
