import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, expect, test } from "vitest";
import { logIndexes, RotatingLog } from "#client/log";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "drover-log-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

const rules = (maxFiles: number, maxFileSizeBytes: number) => ({
  directory: folder,
  prefix: "t.stdout",
  maxFiles,
  maxFileSizeBytes,
});
const content = (): string =>
  logIndexes(folder, "t.stdout")
    .map((index) => readFileSync(join(folder, `t.stdout.${index}`), "utf8"))
    .join("");

test("the files hold the last bytes that were written, whatever the chunks and wherever it was opened anew", () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.string({ unit: "grapheme-ascii", maxLength: 40 }), fc.boolean())), (steps) => {
      for (const name of readdirSync(folder)) rmSync(join(folder, name));
      let log = new RotatingLog(rules(3, 16));
      let all = "";
      for (const [text, reopen] of steps) {
        if (reopen) {
          log.close();
          log = new RotatingLog(rules(3, 16));
        }
        expect(log.write(Buffer.from(text))).toEqual({ written: text.length });
        all += text;
      }
      log.close();
      const kept = content();
      expect(all.endsWith(kept)).toBe(true);
      expect(kept.length).toBeGreaterThanOrEqual(Math.min(all.length, 33));
      expect(logIndexes(folder, "t.stdout").length).toBeLessThanOrEqual(3);
    }),
    { numRuns: 200 },
  );
});

test("indexes are ordered as numbers, and other files are not of the log", () => {
  for (const name of ["t.stdout.10", "t.stdout.9", "t.stdout.x", "t.stdout.01", "t.stderr.3", "t.stdout.0.gz"])
    writeFileSync(join(folder, name), "");
  expect(logIndexes(folder, "t.stdout")).toEqual([9, 10]);
  expect(logIndexes(join(folder, "none"), "t.stdout")).toEqual([]);
});

test("a link that a task left in its log folder is not followed", () => {
  const victim = join(folder, "victim");
  writeFileSync(victim, "precious");
  symlinkSync(victim, join(folder, "t.stdout.0"));
  const result = new RotatingLog(rules(3, 16)).write(Buffer.from("overwritten"));
  expect(result).toMatchObject({ written: 0, error: { code: "ELOOP" } });
  expect(readFileSync(victim, "utf8")).toBe("precious");
});

test("nor is a link in the place of the folder, and a folder that is swapped later keeps its log", () => {
  const [logs, elsewhere] = [join(folder, "logs"), join(folder, "elsewhere")];
  for (const made of [logs, elsewhere]) mkdirSync(made);
  const log = new RotatingLog({ ...rules(3, 4), directory: logs });
  log.write(Buffer.from("1234"));
  renameSync(logs, join(folder, "moved"));
  symlinkSync(elsewhere, logs);
  log.write(Buffer.from("5678"));
  expect([readdirSync(elsewhere), readdirSync(join(folder, "moved"))]).toEqual([[], ["t.stdout.0", "t.stdout.1"]]);
  const late = new RotatingLog({ ...rules(3, 4), directory: logs });
  expect(late.write(Buffer.from("9"))).toMatchObject({ written: 0, error: { code: "ENOTDIR" } });
  log.close();
});
