import {
  chmodSync,
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
import { afterEach, beforeEach, expect, test } from "vitest";
import { runCommand } from "#cli/shell";
import { command } from "./fmt.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "drover-fmt-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const ugly = '# a job\njob "x" {\n type="batch"\n    priority = 50 # why\n}\n';
const neat = '# a job\njob "x" {\n  type     = "batch"\n  priority = 50 # why\n}\n';

/** What a run prints, with the folder's name left out, and its exit code. */
async function fmt(args: readonly string[], input = ""): Promise<string> {
  const written: string[] = [];
  const io = {
    out: (text: string | Uint8Array) => void written.push(String(text)),
    err: (text: string) => void written.push(`[stderr] ${text}`),
    readAll: () => Promise.resolve(input),
    isTerminal: false,
  };
  const signal = new AbortController().signal;
  const exit = await runCommand(command, args, { program: "drover", io, env: {}, signal });
  return `${written.join("").replaceAll(`${folder}/`, "")}[exit ${exit}]`;
}

const at = (name: string): string => join(folder, name);
const text = (name: string): string => readFileSync(at(name), "utf8");

test("a file is written in its canonical layout, and left alone the next time", async () => {
  writeFileSync(at("x.nomad.hcl"), ugly);
  expect(await fmt([at("x.nomad.hcl")])).toBe("x.nomad.hcl\n[exit 0]");
  expect(text("x.nomad.hcl")).toBe(neat);
  const { mtimeMs, ino } = statSync(at("x.nomad.hcl"));
  expect(await fmt([at("x.nomad.hcl")])).toBe("[exit 0]");
  expect(statSync(at("x.nomad.hcl"))).toMatchObject({ mtimeMs, ino });
});

test("a file keeps its mode, a link stays a link, and nothing else is left", async () => {
  writeFileSync(at("real.hcl"), ugly);
  chmodSync(at("real.hcl"), 0o640);
  symlinkSync("real.hcl", at("link.hcl"));
  await fmt([at("link.hcl")]);
  expect(text("real.hcl")).toBe(neat);
  expect(statSync(at("real.hcl")).mode & 0o777).toBe(0o640);
  expect(readdirSync(folder)).toEqual(["link.hcl", "real.hcl"]);
});

test("-check writes nothing and fails; -write=false only names; -list=false says nothing", async () => {
  writeFileSync(at("x.hcl"), ugly);
  expect(await fmt(["-check", at("x.hcl")])).toBe("x.hcl\n[exit 1]");
  expect(await fmt(["-write=false", at("x.hcl")])).toBe("x.hcl\n[exit 0]");
  expect(text("x.hcl")).toBe(ugly);
  expect(await fmt(["-list=false", at("x.hcl")])).toBe("[exit 0]");
  expect(await fmt(["-check", at("x.hcl")])).toBe("[exit 0]");
});

test("-diff shows what changes", async () => {
  writeFileSync(at("x.hcl"), ugly);
  expect(await fmt(["-diff", "-check", at("x.hcl")])).toMatchInlineSnapshot(`
    "x.hcl
    --- x.hcl
    +++ x.hcl
    @@ -1,5 +1,5 @@
     # a job
     job "x" {
    - type="batch"
    -    priority = 50 # why
    +  type     = "batch"
    +  priority = 50 # why
     }
    [exit 1]"
  `);
  expect(await fmt(["-diff", "-"], ugly)).toContain("--- <stdin>\n+++ <stdin>\n@@ -1,5 +1,5 @@\n");
  expect(await fmt(["-diff", "-"], neat)).toBe("[exit 0]");
});

test("a folder stands for its files, with -recursive also for those further down, but for hidden ones", async () => {
  mkdirSync(at("inner/.git"), { recursive: true });
  for (const name of ["a.nomad", "b.hcl", "c.txt", "inner/d.hcl", "inner/.git/e.hcl"]) writeFileSync(at(name), ugly);
  expect(await fmt(["-check", folder])).toBe("a.nomad\nb.hcl\n[exit 1]");
  expect(await fmt(["-recursive", folder])).toBe("a.nomad\nb.hcl\ninner/d.hcl\n[exit 0]");
  expect([text("c.txt"), text("inner/.git/e.hcl")]).toEqual([ugly, ugly]);
});

test("the standard input goes to the standard output", async () => {
  expect(await fmt(["-"], ugly)).toBe(`${neat}[exit 0]`);
  expect(await fmt(["-check", "-"], ugly)).toBe("[exit 1]");
  expect(await fmt(["-check", "-"], neat)).toBe("[exit 0]");
});

test("what cannot be read is told and left as it is, and the rest is done", async () => {
  const broken = 'job "x" {\n  type = \n}\n';
  writeFileSync(at("a.hcl"), broken);
  writeFileSync(at("b.hcl"), Buffer.from([0x61, 0x20, 0x3d, 0x20, 0x22, 0xff, 0x22, 0x0a]));
  writeFileSync(at("c.hcl"), ugly);
  expect(await fmt([folder, at("none.hcl")])).toMatchInlineSnapshot(`
    "[stderr] Error formatting a.hcl:
    Error: Invalid expression

      on a.hcl line 2, column 10:
      2 |   type = 
        |          ^

    Expected a value, found the end of the line.
    [stderr] Error formatting b.hcl: line 1 is not UTF-8 text
    c.hcl
    [stderr] stat none.hcl: no such file or directory
    [exit 1]"
  `);
  expect([text("a.hcl"), text("c.hcl")]).toEqual([broken, neat]);
  expect(readFileSync(at("b.hcl"))[5]).toBe(0xff);
});

test("without arguments and with a wrong one", async () => {
  expect(await fmt(["-wrong"])).toContain("flag provided but not defined: -wrong");
});
