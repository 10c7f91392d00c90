import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeEach, expect, test } from "vitest";
import { Prng } from "#core/base";
import { ChangeScript, Template, type TemplateDraft, WaitConfig } from "#core/model";
import { empty } from "#core/schema";
import { type Answer, deniedByDefault } from "#core/template";
import { TaskTemplates, TemplateRenderer } from "#client/template";
import { eventually, ManualTime } from "#test/clients";

const renderer = new TemplateRenderer({ timeMs: 10_000, memoryMib: 256 });
afterAll(() => renderer.close());
let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "drover-task-templates-"));
  for (const folder of ["task/local", "alloc"]) mkdirSync(join(root, folder), { recursive: true });
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

/** The templates of one task, with sources that say what the test tells them. */
class Play {
  readonly lines: string[] = [];
  readonly time = new ManualTime();
  readonly #watchers = new Map<string, (answer: Answer) => void>();
  readonly templates: TaskTemplates;

  constructor(...blocks: Partial<Template>[]) {
    const tell = (line: string): void => void this.lines.push(line.replaceAll(root, "ROOT"));
    const prepared = TaskTemplates.prepare({
      templates: blocks.map((block) =>
        empty(Template, { changeMode: "restart", ...block } as TemplateDraft as Template),
      ),
      taskDirectory: join(root, "task"),
      sharedDirectory: join(root, "alloc"),
      environment: { NAME: "t" },
      addresses: [],
      denied: deniedByDefault,
      renderer,
      sources: {
        watch: (dependency, onAnswer) => {
          tell(`watch ${dependency.name}`);
          this.#watchers.set(dependency.name, onAnswer);
          return { stop: () => tell(`unwatch ${dependency.name}`) };
        },
      },
      clock: this.time,
      timers: this.time,
      random: new Prng(1),
      observer: {
        ready: (environment) => tell(`ready ${JSON.stringify(Object.fromEntries(environment))}`),
        missing: tell,
        restart: (environment) => tell(`restart ${JSON.stringify(Object.fromEntries(environment))}`),
        signal: (signal) => tell(`signal ${signal}`),
        runScript: ({ command }) => tell(`script ${command}`),
        failed: tell,
      },
    });
    if (!prepared.ok) throw new Error(prepared.failure.message);
    this.templates = prepared.value;
    this.templates.start();
  }

  say(name: string, answer: Answer): void {
    this.#watchers.get(name)?.(answer);
  }

  /** Waits until so many lines have been said, and takes them. */
  async next(count: number): Promise<string[]> {
    await eventually(`${count} lines`, () => this.lines.length >= count);
    return this.lines.splice(0);
  }
}

const wait = empty(WaitConfig, { minNs: 50_000_000, maxNs: 200_000_000 });
const value = (text: string, secrets: string[] = []): Answer => ({ kind: "value", value: text, secrets });
const written = (path: string): string => readFileSync(join(root, "task", path), "utf8");

test("a task waits for what its templates need, says so, starts, and restarts once things are quiet", async () => {
  const play = new Play({ embeddedTmpl: 'a={{ key "a" }} {{ env "NAME" }}', destPath: "local/out", wait });
  expect(await play.next(1)).toEqual(["watch kv.block(a)"]);
  await play.time.pass(3000);
  expect(await play.next(1)).toEqual(["Missing: kv.block(a)"]);
  await play.time.pass(3000);
  play.say("kv.block(a)", value("1"));
  expect(await play.next(1)).toEqual(["ready {}"]);
  expect(written("local/out")).toBe("a=1 t");
  play.say("kv.block(a)", value("2"));
  await play.time.pass(49);
  expect(play.lines).toEqual([]);
  await play.time.pass(1);
  expect(await play.next(1)).toEqual(["restart {}"]);
  expect(written("local/out")).toBe("a=2 t");
  play.templates.stop();
  expect(play.lines).toEqual(["unwatch kv.block(a)"]);
});

test("environment files reach the task, and again when it restarts", async () => {
  const block = { embeddedTmpl: 'K={{ key "a" }}\nL=1', destPath: "secrets/e.env", envvars: true, wait };
  const play = new Play(block, { embeddedTmpl: "L=2", destPath: "secrets/f.env", envvars: true });
  await play.next(1);
  play.say("kv.block(a)", value("x"));
  expect(await play.next(1)).toEqual(['ready {"K":"x","L":"2"}']);
  play.say("kv.block(a)", value("y"));
  await play.time.pass(50);
  expect(await play.next(1)).toEqual(['restart {"K":"y","L":"2"}']);
});

test("signals and scripts follow their change modes", async () => {
  const changeScript = empty(ChangeScript, { command: "/bin/reload", timeoutNs: 5e9, runOnFirstRender: true });
  const play = new Play(
    { embeddedTmpl: '{{ key "a" }}', destPath: "local/a", changeMode: "signal", changeSignal: "SIGUSR1", wait },
    { embeddedTmpl: '{{ key "a" }}', destPath: "local/b", changeMode: "script", changeScript, wait },
  );
  await play.next(1);
  play.say("kv.block(a)", value("1"));
  expect(await play.next(2)).toEqual(["ready {}", "script /bin/reload"]);
  play.say("kv.block(a)", value("2"));
  await play.time.pass(50);
  expect(await play.next(2)).toEqual(["signal SIGUSR1", "script /bin/reload"]);
});

test("a file of the task is read, and looked at again", async () => {
  writeFileSync(join(root, "task/local/in"), "one");
  const play = new Play({ embeddedTmpl: '{{ file "local/in" }}', destPath: "local/out", wait });
  await eventually("the first look at the file", async () => {
    await play.time.pass(1);
    return play.lines.length > 0;
  });
  writeFileSync(join(root, "task/local/in"), "two");
  await play.time.pass(2000);
  await play.time.pass(50);
  expect(await play.next(2)).toEqual(["ready {}", "restart {}"]);
  expect(written("local/out")).toBe("two");
});

test("a template that fails ends the task, without the secret that it failed with", async () => {
  const play = new Play({ embeddedTmpl: '{{ key "a" | parseInt }}', destPath: "local/out" });
  await play.next(1);
  play.say("kv.block(a)", value("hunter22", ["hunter22"]));
  const lines = await play.next(2);
  expect(lines[0]).toBe("unwatch kv.block(a)");
  expect(lines[1]).toMatch(/^Template failed: \(dynamic\): execute: .*parsing "\[redacted\]": invalid syntax$/);
});

test("a template that never ends fails the task and leaves the others alone", async () => {
  const play = new Play({ embeddedTmpl: "{{ range loop 9000000000 }}{{ end }}", destPath: "local/out" });
  const other = new Play({ embeddedTmpl: "fine", destPath: "local/fine" });
  expect((await play.next(1))[0]).toContain("the template took more than 2000000 steps");
  expect(await other.next(1)).toEqual(["ready {}"]);
});

test("a source outside of the allocation is refused before anything is rendered", () => {
  expect(() => new Play({ sourcePath: "/etc/hostname", destPath: "local/out" })).toThrow(
    "template: template source path escapes alloc directory",
  );
  expect(() => new Play({ embeddedTmpl: "x", destPath: "../../out" })).toThrow(
    "template: template destination path escapes alloc directory",
  );
});
