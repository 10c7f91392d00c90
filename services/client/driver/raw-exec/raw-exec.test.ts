import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { findUser } from "#client/process";
import { findBinary } from "./binary.ts";
import { parseConfig } from "./config.ts";
import { withoutDenied } from "./env.ts";
import { becomeUser } from "./user.ts";

describe("config", () => {
  test("words of any scalar type become arguments", () => {
    expect(parseConfig({ command: "run", args: ["-p", 80, true], work_dir: "/tmp", oom_score_adj: 500 })).toEqual({
      ok: true,
      value: { command: "run", args: ["-p", "80", "true"], workDir: "/tmp", oomScoreAdj: 500, deniedEnvvars: [] },
    });
  });

  test.each([
    [{}, "missing command for raw_exec driver"],
    [{ command: "x", args: "-v" }, "args must be a list of strings"],
    [{ command: "x", comand: "y" }, 'raw_exec has no setting "comand"; did you mean "command"?'],
    [{ command: "x", image: "y" }, 'raw_exec has no setting "image"'],
    [{ command: "x", work_dir: "relative" }, "work_dir must be an absolute path"],
    [{ command: "x", oom_score_adj: -5 }, "oom_score_adj must be a whole number from 0 to 1000"],
    [{ command: "x", cgroup_v2_override: "a/b" }, "config.cgroup_v2_override is not built into this version"],
  ])("%j: %s", (config, message) => {
    expect(parseConfig(config)).toMatchObject({ ok: false, failure: { message } });
  });
});

describe("binary", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "drover-binary-"));
    for (const name of ["task/local", "path"]) mkdirSync(join(folder, name), { recursive: true });
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const put = (name: string, mode: number): string => {
    const path = join(folder, name);
    writeFileSync(path, "#!/bin/sh\n");
    chmodSync(path, mode);
    return path;
  };
  const find = (command: string, uid = 0) =>
    findBinary({ command, taskDirectory: join(folder, "task"), path: `${join(folder, "path")}:/usr/bin:/bin`, uid });

  test("the task's own files come before the PATH", () => {
    const onPath = put("path/tool", 0o755);
    expect(find("tool")).toEqual({ ok: true, value: onPath });
    const inRoot = put("task/tool", 0o755);
    expect(find("tool")).toEqual({ ok: true, value: inRoot });
    const inLocal = put("task/local/tool", 0o755);
    expect(find("tool")).toEqual({ ok: true, value: inLocal });
    expect(find("local/tool")).toEqual({ ok: true, value: inLocal });
  });

  test("what is missing and what may not be executed is told apart", () => {
    const plain = put("path/plain", 0o644);
    const others = put("path/others", 0o070);
    expect(find("nothing")).toMatchObject({ failure: { message: 'binary "nothing" could not be found' } });
    expect(find(plain)).toMatchObject({
      failure: { message: `binary "${plain}" has no execute permission (mode 0644)` },
    });
    expect(find(join(folder, "path"))).toMatchObject({
      failure: { message: expect.stringContaining("is a directory") as string },
    });
    expect(find(others).ok).toBe(true);
    expect(find(others, process.getuid?.() ?? 0).ok).toBe(process.getuid?.() === 0);
  });
});

test("denied variables are dropped by pattern", () => {
  const env = { AWS_KEY: "1", AWS_SECRET: "2", PATH: "3", "A.B": "4" };
  expect(withoutDenied(env, ["AWS_*", "A.B"])).toEqual({ PATH: "3" });
  expect(withoutDenied(env, ["A?B", "PAT"])).toEqual(env);
});

test("users are found by name or number, and only root becomes another", () => {
  const root = findUser("root");
  expect(root).toEqual({ ok: true, value: { name: "root", uid: 0, gid: 0 } });
  expect(findUser("0")).toEqual(root);
  expect(findUser("no-such-user")).toMatchObject({ failure: { message: 'unknown user "no-such-user"' } });
  const nobody = { name: "nobody", uid: 65534, gid: 65534 };
  expect(becomeUser(nobody, 65534)).toEqual({ ok: true, value: [] });
  expect(becomeUser(nobody, 1000).ok).toBe(false);
});
