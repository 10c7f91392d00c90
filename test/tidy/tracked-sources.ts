import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

const root = join(import.meta.dirname, "../..");
const outside = /^(test\/tools\/|.*\/(fixtures|testdata|generated)\/)/;

/** The sources of the checkout by their paths: what git tracks or would, as it is in the working tree. */
export function trackedSources(): Map<string, string> {
  const listed = execFileSync("git", ["ls-files", "--cached", "--others", "--exclude-standard"], {
    cwd: root,
    encoding: "utf8",
  });
  const paths = listed.split("\n").filter((path) => /\.tsx?$|^services\/[^/]+\/README\.md$/.test(path));
  const present = paths.filter((path) => !outside.test(path) && existsSync(join(root, path)));
  return new Map(present.map((path) => [path, readFileSync(join(root, path), "utf8")]));
}
