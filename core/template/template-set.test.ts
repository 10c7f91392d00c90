import { describe, expect, it } from "vitest";
import { Prng, type Result } from "#core/base";
import { snapshotOf } from "./data/snapshot.ts";
import { TemplateCache } from "./engine/cache.ts";
import type { Host } from "./engine/host.ts";
import { parseEnvFile } from "./engine/env-file.ts";
import { parseTemplate, type Pass, render } from "./engine/render.ts";
import {
  type Change,
  type ChangeScript,
  missingText,
  type SetEffect,
  type SetMember,
  TemplateSet,
} from "./engine/template-set.ts";
import { defaultDelimiters } from "./language/lexer.ts";
import { keyQuery } from "./data/query.ts";

const host: Host = {
  nowMs: 0,
  random: new Prng(1),
  environment: new Map(),
  addresses: [],
  refusePath: () => undefined,
  refuseOwner: () => undefined,
  runPlugin: () => ({ problem: "none", stdout: "", stderr: "" }),
  cryptography: undefined,
};

interface Member extends SetMember {
  readonly source: string;
}

function member(id: string, source: string, change: Change, more: Partial<SetMember> = {}): Member {
  return { id, source, change, wait: undefined, isOnce: false, splayMs: 0, ...more };
}

const reload: ChangeScript = {
  command: "/bin/reload",
  args: [],
  timeoutMs: 5000,
  failsTask: false,
  isRunAtFirst: false,
};

function line(effect: SetEffect): string {
  switch (effect.kind) {
    case "watch":
    case "unwatch":
      return `${effect.kind} ${effect.dependency.name}`;
    case "write":
      return `write ${effect.id} ${JSON.stringify(effect.output)}`;
    case "restart":
      return `restart for ${effect.ids.join(",")}${splay(effect)}`;
    case "signal":
      return `signal ${effect.signal}${splay(effect)}`;
    case "script":
      return `script ${effect.script.command}${splay(effect)}`;
    case "failed":
      return `failed ${effect.id}: ${effect.failure.message}`;
    default:
      return effect.kind;
  }
}

function splay({ splayMs }: { readonly splayMs: number }): string {
  return splayMs === 0 ? "" : ` within ${splayMs} ms`;
}

/** A set played by hand: each call is a moment, each line an effect. */
class Play {
  readonly set: TemplateSet;
  readonly cache = new TemplateCache();
  readonly #sources: ReadonlyMap<string, string>;

  constructor(...members: Member[]) {
    this.set = new TemplateSet(members);
    this.#sources = new Map(members.map(({ id, source }) => [id, source]));
  }

  at(nowMs: number, values: Readonly<Record<string, string>> = {}): string[] {
    this.tell(nowMs, values);
    return this.finish(this.set.due(nowMs));
  }

  tell(nowMs: number, values: Readonly<Record<string, string>>): void {
    for (const [key, value] of Object.entries(values))
      this.set.receive(keyQuery(key, "block"), { kind: "value", value }, nowMs);
  }

  finish(due: readonly string[]): string[] {
    return this.set.settle(new Map(due.map((id) => [id, this.render(id)]))).map(line);
  }

  render(id: string): Result<Pass> {
    const source = this.#sources.get(id) as string;
    const template = this.cache.get({ source, file: "(dynamic)", dialect: "go", delimiters: defaultDelimiters });
    return template.ok ? render(template.value, snapshotOf(this.set.answers), { host }) : template;
  }
}

describe("a set of templates", () => {
  it("follows a dependency that another one brings to light", () => {
    const play = new Play(member("a", '{{ with key "env" }}{{ key (print . "/url") }}{{ end }}', { mode: "restart" }));
    expect(play.at(0)).toEqual(["watch kv.block(env)"]);
    expect(play.at(1, { env: "prod" })).toEqual(["watch kv.block(prod/url)"]);
    expect(play.at(2, { "prod/url": "u1" })).toEqual(['write a "u1"', "ready"]);
    expect(play.at(3, { env: "test" })).toEqual(["watch kv.block(test/url)", "unwatch kv.block(prod/url)"]);
    expect(play.at(4, { "test/url": "u2" })).toEqual(['write a "u2"', "restart for a"]);
  });

  it("lets a restart win over signals, and sends each signal once", () => {
    const hup: Change = { mode: "signal", signal: "SIGHUP" };
    const play = new Play(
      member("a", '{{ key "a" }}', hup),
      member("b", '{{ key "b" }}', hup),
      member("c", '{{ key "c" }}', { mode: "restart" }),
    );
    play.at(0);
    expect(play.at(1, { a: "1", b: "1", c: "1" }).at(-1)).toBe("ready");
    expect(play.at(2, { a: "2", b: "2" })).toEqual(['write a "2"', 'write b "2"', "signal SIGHUP"]);
    expect(play.at(3, { a: "3", c: "2" })).toEqual(['write a "3"', 'write c "2"', "restart for a,c"]);
  });

  it("tells the task nothing when the output is the same", () => {
    const play = new Play(member("a", '{{ len (key "a") }}', { mode: "restart" }));
    play.at(0);
    play.at(1, { a: "x" });
    expect(play.at(2, { a: "y" })).toEqual([]);
  });

  it("waits for quiet, but never longer than the maximum", () => {
    const play = new Play(member("a", '{{ key "a" }}', { mode: "restart" }, { wait: { minMs: 50, maxMs: 120 } }));
    play.at(0);
    expect(play.at(1, { a: "1" })).toEqual(['write a "1"', "ready"]);
    expect(play.at(100, { a: "2" })).toEqual([]);
    expect(play.set.nextWakeMs()).toBe(150);
    expect(play.at(140, { a: "3" })).toEqual([]);
    expect(play.at(180, { a: "4" })).toEqual([]);
    expect(play.set.nextWakeMs()).toBe(220);
    expect(play.at(220)).toEqual(['write a "4"', "restart for a"]);
  });

  it("renders a template that is wanted once no second time", () => {
    const play = new Play(member("a", '{{ key "a" }}', { mode: "restart" }, { isOnce: true }));
    play.at(0);
    expect(play.at(1, { a: "1" })).toEqual(['write a "1"', "unwatch kv.block(a)", "ready"]);
    expect(play.at(2, { a: "2" })).toEqual([]);
  });

  it("runs scripts, the first time only when asked, and folds the longest splay", () => {
    const play = new Play(
      member("a", '{{ key "a" }}', { mode: "script", ...reload }, { splayMs: 100 }),
      member("b", '{{ key "b" }}', { mode: "script", ...reload, command: "/bin/first", isRunAtFirst: true }),
      member("c", '{{ key "c" }}', { mode: "signal", signal: "SIGUSR1" }, { splayMs: 700 }),
      member("d", '{{ key "d" }}', { mode: "noop" }, { splayMs: 9000 }),
    );
    play.at(0);
    const first = play.at(1, { a: "1", b: "1", c: "1", d: "1" });
    expect(first.slice(-2)).toEqual(["ready", "script /bin/first"]);
    expect(play.at(2, { a: "2", b: "2", c: "2", d: "2" }).slice(4)).toEqual([
      "signal SIGUSR1 within 700 ms",
      "script /bin/reload within 700 ms",
      "script /bin/first within 700 ms",
    ]);
    expect(play.at(3, { d: "3" })).toEqual(['write d "3"']);
  });

  it("fails on a missing key only where the template says so", () => {
    const source = "[{{ (parseJSON `{}`).b }}]";
    const parsed = parseTemplate(source);
    if (!parsed.ok) throw new Error(parsed.failure.message);
    const strict = render(parsed.value, snapshotOf(new Map()), { host, failsOnMissingKey: true });
    expect(strict.ok ? "" : strict.failure.message).toContain('map has no entry for key "b"');
    expect(render(parsed.value, snapshotOf(new Map()), { host })).toMatchObject({ value: { output: "[<no value>]" } });
  });

  it("renders again what changed while it was being rendered", () => {
    const play = new Play(member("a", '{{ key "a" }}', { mode: "restart" }));
    play.at(0);
    const due = play.set.due(1);
    expect(due).toEqual([]);
    play.tell(1, { a: "1" });
    const first = play.set.due(1);
    const pass = play.render("a");
    play.tell(2, { a: "2" });
    expect(play.set.due(2)).toEqual([]);
    expect(play.set.settle(new Map([[first[0] as string, pass]])).map(line)).toEqual(['write a "1"', "ready"]);
    expect(play.at(3)).toEqual(['write a "2"', "restart for a"]);
  });

  it("parses a template once, however often its data changes", () => {
    const play = new Play(
      member("a", '{{ key "a" }}{{ key "b" }}', { mode: "noop" }),
      member("same", '{{ key "a" }}{{ key "b" }}', { mode: "noop" }),
    );
    play.at(0);
    play.at(1, { a: "1", b: "1" });
    for (let round = 2; round < 50; round++) play.at(round, { a: String(round) });
    expect(play.set.isReady).toBe(true);
    expect(play.cache.parses).toBe(1);
  });

  it("names at most three of what it waits for", () => {
    const play = new Play(
      member("a", '{{ range $i := loop 5 }}{{ key (printf "k%d" $i) }}{{ end }}', { mode: "noop" }),
    );
    play.at(0);
    expect(missingText(play.set.missing, play.set.answers)).toBe(
      "kv.block(k0), kv.block(k1), kv.block(k2), and 2 more",
    );
  });

  it("does not tell a secret that the name of a missing value is made of", () => {
    const play = new Play(member("a", '{{ key (key "a") }}', { mode: "noop" }));
    play.at(0);
    play.set.receive(keyQuery("a", "block"), { kind: "value", value: "hunter22", secrets: ["hunter22"] }, 1);
    play.at(1);
    expect(missingText(play.set.missing, play.set.answers)).toBe("kv.block([redacted])");
  });

  it("says what failed, without the secret", () => {
    const play = new Play(member("a", '{{ key "a" | parseInt }}', { mode: "restart" }));
    play.set.receive(keyQuery("a", "block"), { kind: "value", value: "hunter22", secrets: ["hunter22"] }, 0);
    expect(play.at(0).at(0)).toContain('parsing "[redacted]": invalid syntax');
  });
});

describe("an error of a template that knows a secret", () => {
  const secret = "p4ssword:hunter22";
  const failure = (source: string): string => {
    const parsed = parseTemplate(source);
    if (!parsed.ok) throw new Error(parsed.failure.message);
    const answer = { kind: "value", value: secret, secrets: [secret] } as const;
    const pass = render(parsed.value, snapshotOf(new Map([[keyQuery("a", "block").name, answer]])), { host });
    return pass.ok ? "rendered" : pass.failure.message;
  };

  it.each([
    ["the secret itself", '{{ key "a" | parseInt }}'],
    ["a part of it", '{{ key "a" | trimPrefix "p4ssword:" | parseInt }}'],
    ["another form of it", '{{ key "a" | toUpper | parseInt }}'],
    ["an encoding of it", '{{ key "a" | base64Encode | parseInt }}'],
    ["a name made of it", '{{ service (printf "%s!" (key "a")) }}'],
    ["a pattern made of it", '{{ regexMatch (printf "(%s" (key "a")) "x" }}'],
    ["a document made of it", '{{ parseYAML (printf "a: [%s" (key "a")) }}'],
    ["a layout of a failure", '{{ sprig_fail (key "a") }}'],
  ])("does not tell %s", (_, source) => {
    const text = failure(source);
    expect(text).toContain("error calling");
    expect(text).not.toMatch(/hunter22|HUNTER22|p4ssword:h|cDRzc3dvcmQ/);
  });
});

describe("a file of environment variables", () => {
  it("is read as the recorded agent reads it", () => {
    const read = parseEnvFile(
      '# c\nPLAIN=value\nSPACED = around\nexport E=yes\nS=\'single $P \\n\'\nD="a\\nb \\"q\\""\nHASH=a#b\nQ="a # b"\nESC=a\\tb\nDUP=1\nDUP=2\nX=a"b"c\n',
    );
    expect(read.ok && Object.fromEntries(read.value)).toEqual({
      PLAIN: "value",
      SPACED: "around",
      E: "yes",
      S: "single $P \\n",
      D: 'a\nb "q"',
      HASH: "a",
      Q: "a # b",
      ESC: "a\\tb",
      DUP: "2",
      X: "abc",
    });
  });

  it.each([
    ["JUST A LINE", "error on line 1: missing ="],
    ['A="x', 'error on line 1: unmatched "'],
    ["1A=x", "error on line 1: key must start with [A-Za-z_] but found '1'"],
    ["A-B=x", "error on line 1: key characters must be [A-Za-z0-9/_.] but found '-'"],
    ['A="\\q"', 'error on line 1: invalid escape sequence: "q"'],
  ])("refuses %s", (text, message) => {
    const read = parseEnvFile(text);
    expect(read.ok ? "read" : read.failure.message).toBe(message);
  });
});
