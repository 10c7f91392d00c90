import { describe, expect, it } from "vitest";
import { Prng } from "#core/base";
import type { Host } from "./engine/host.ts";
import { parseEnvFile } from "./engine/env-file.ts";
import { parseTemplate, type Template } from "./engine/render.ts";
import { type Change, type SetEffect, type SetMember, TemplateSet } from "./engine/template-set.ts";
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

function template(source: string): Template {
  const parsed = parseTemplate(source);
  if (!parsed.ok) throw new Error(parsed.failure.message);
  return parsed.value;
}

function member(id: string, source: string, change: Change, wait?: SetMember["wait"], isOnce = false): SetMember {
  return { id, template: template(source), options: { host }, change, wait, isOnce };
}

function line(effect: SetEffect): string {
  switch (effect.kind) {
    case "watch":
    case "unwatch":
      return `${effect.kind} ${effect.dependency.name}`;
    case "write":
      return `write ${effect.id} ${JSON.stringify(effect.output)}`;
    case "restart":
      return `restart for ${effect.ids.join(",")}`;
    case "signal":
      return `signal ${effect.signal}`;
    case "script":
      return `script ${effect.command}`;
    case "failed":
      return `failed ${effect.id}: ${effect.failure.message}`;
    default:
      return effect.kind;
  }
}

/** A set played by hand: each call is a moment, each line an effect. */
class Play {
  readonly set: TemplateSet;

  constructor(...members: SetMember[]) {
    this.set = new TemplateSet(members);
  }

  at(nowMs: number, values: Readonly<Record<string, string>> = {}): string[] {
    for (const [key, value] of Object.entries(values))
      this.set.receive(keyQuery(key, "block"), { kind: "value", value }, nowMs);
    return this.set.advance(nowMs).map(line);
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
    const play = new Play(member("a", '{{ key "a" }}', { mode: "restart" }, { minMs: 50, maxMs: 120 }));
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
    const play = new Play(member("a", '{{ key "a" }}', { mode: "restart" }, undefined, true));
    play.at(0);
    expect(play.at(1, { a: "1" })).toEqual(['write a "1"', "unwatch kv.block(a)", "ready"]);
    expect(play.at(2, { a: "2" })).toEqual([]);
  });

  it("says what failed, without the secret", () => {
    const play = new Play(member("a", '{{ key "a" | parseInt }}', { mode: "restart" }));
    play.set.receive(keyQuery("a", "block"), { kind: "value", value: "hunter22", secrets: ["hunter22"] }, 0);
    expect(play.at(0).at(0)).toContain('parsing "[redacted]": invalid syntax');
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
