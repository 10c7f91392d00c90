import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { checkTree } from "#test/tidy";

const root = join(import.meta.dirname, "../..");

function trackedSources(): Map<string, string> {
  const listed = execFileSync("git", ["ls-files", "--cached", "--others", "--exclude-standard"], {
    cwd: root,
    encoding: "utf8",
  });
  const paths = listed.split("\n").filter((path) => /\.tsx?$|^services\/[^/]+\/README\.md$/.test(path));
  const outside = /^(test\/tools\/|.*\/(fixtures|testdata|generated)\/)/;
  const present = paths.filter((path) => !outside.test(path) && existsSync(join(root, path)));
  return new Map(present.map((path) => [path, readFileSync(join(root, path), "utf8")]));
}

test("the whole tree keeps the rules of the house", () => {
  const sources = trackedSources();
  expect(sources.size).toBeGreaterThan(10);
  expect(checkTree(sources).map((found) => `${found.path}:${found.line} ${found.rule}: ${found.message}`)).toEqual([]);
});
