import { afterAll, describe, expect, test } from "vitest";
import type { Result } from "#core/base";
import type { Answer, Dialect, Pass } from "#core/template";
import { rendererLimits, TemplateRenderer } from "#client/template";
import { settings, text } from "./testing.ts";

/** Starting the next worker and a busy machine are not the template's time. */
const SLACK_MS = 1500;
const renderer = new TemplateRenderer();
afterAll(() => renderer.close());

const doubling = '{{ $x := "0123456789" }}{{ range loop 60 }}{{ $x = print $x $x }}{{ end }}{{ $x }}';
const circle = '{{ $d := sprig_dict }}{{ $_ := sprig_set $d "me" $d }}';
const long = (count: number): string => "a".repeat(count);
const laughs = Array.from({ length: 12 }, (_, at) =>
  at === 0 ? "a0: &a0 [x,x,x,x,x,x,x,x,x]" : `a${at}: &a${at} [${`*a${at - 1},`.repeat(9)}]`,
).join("\n");

/** Templates that look for the expensive corners. Each must end in an error, soon and without taking the node along. */
const go: Readonly<Record<string, string>> = {
  "an endless loop": "{{ range loop 9000000000000 }}{{ end }}",
  "loops in loops": `${"{{ range loop 1000 }}".repeat(8)}x${"{{ end }}".repeat(8)}`,
  "a loop over a large int": "{{ range 9223372036854775807 }}{{ end }}",
  recursion: '{{ define "a" }}{{ template "a" . }}{{ end }}{{ template "a" . }}',
  "recursion that branches": '{{ define "a" }}{{ template "a" }}{{ template "a" }}{{ end }}{{ template "a" }}',
  "recursion by executeTemplate": '{{ define "a" }}{{ executeTemplate "a" }}{{ end }}{{ executeTemplate "a" }}',
  "a text that doubles": doubling,
  "a list that doubles":
    "{{ $x := sprig_list 1 }}{{ range loop 60 }}{{ $x = sprig_concat $x $x }}{{ end }}{{ len $x }}",
  "a repeated text": '{{ sprig_repeat 2000000000 "abc" }}',
  "many repeated texts": '{{ range loop 100000 }}{{ sprig_repeat 1000000 "abc" }}{{ end }}',
  "a long list": "{{ len (sprig_until 2000000000) }}",
  "a list without an end": "{{ sprig_untilStep 0 10 0 | len }}{{ sprig_seq 0 1 1000000000 }}",
  "a wide number": '{{ printf "%2000000000d" 1 }}',
  "a precise number": '{{ printf "%.2000000000f" 1.5 }}',
  "a width by argument": '{{ range loop 100000 }}{{ printf "%*d" 999999 1 }}{{ end }}',
  "a deep indent": '{{ indent 2000000000 "x" }}',
  "a wrapped text": `{{ sprig_repeat 1000000 "a b " | sprig_wrap 1 | sprig_nindent 100000 | len }}`,
  "a circle as JSON": `${circle}{{ toJSON $d }}`,
  "a circle as pretty JSON": `${circle}{{ toUnescapedJSONPretty $d }}`,
  "a circle as YAML": `${circle}{{ toYAML $d }}`,
  "a circle as TOML": `${circle}{{ toTOML $d }}`,
  "a circle that is compared": `${circle}{{ $e := sprig_dict }}{{ $_ := sprig_set $e "me" $e }}{{ sprig_deepEqual $d $e }}{{ sprig_deepCopy $d }}`,
  "a circle that is merged": `${circle}{{ range loop 1000000 }}{{ mergeMap $d $d }}{{ sprig_mergeOverwrite $d $d }}{{ end }}`,
  "aliases upon aliases": `{{ parseYAML \`${laughs}\` | toJSON | len }}`,
  "a deep document": `{{ $x := sprig_repeat 100000 "[" }}{{ parseJSON $x }}`,
  "a deep YAML document": `{{ $x := sprig_repeat 100000 "[" }}{{ parseYAML $x }}`,
  "hashes that take long": '{{ range loop 1000 }}{{ sprig_bcrypt "x" }}{{ end }}',
  "keys that take long": '{{ range loop 1000 }}{{ sprig_genPrivateKey "rsa" }}{{ end }}',
  "passwords that take long": '{{ range loop 100 }}{{ sprig_derivePassword 1 "long" "p" "u" "s" }}{{ end }}',
  "a pattern that grows": '{{ regexMatch "((((a{1000}){1000}){1000}){1000})" "a" }}',
  "parentheses in parentheses": `{{ ${"(".repeat(100_000)}1${")".repeat(100_000)} }}`,
  "actions in actions": `${"{{ if true }}".repeat(20_000)}${"{{ end }}".repeat(20_000)}`,
  "a source that is too long": `{{ 1 }}${long(2_000_000)}`,
  "an open string": `{{ "${long(500_000)}`,
  "an open comment": `{{/* ${"/*".repeat(400_000)}`,
  "mistakes on every line": "{{ nope }}\n".repeat(80_000),
  "an address expression of many parts": `{{ sockaddr "${"GetAllInterfaces | ".repeat(1000)} nope" }}`,
  "a scratch that grows": '{{ range $i := loop 100000000 }}{{ scratch.MapSet "m" (print $i) $i }}{{ end }}',
  "keys of many names": "{{ range $i := loop 10000000 }}{{ key (print $i) }}{{ end }}",
  "a command": '{{ plugin "sleep" "100" }}',
};

const handlebars: Readonly<Record<string, string>> = {
  "an endless loop": "{{#each (loop 2000000000)}}x{{/each}}",
  "loops in loops": `${"{{#each (loop 1000)}}".repeat(6)}x${"{{/each}}".repeat(6)}`,
  "a partial that calls itself": '{{#*inline "a"}}{{> a}}{{> a}}{{/inline}}{{> a}}',
  "a long list": "{{len (sprig_until 1000000000)}}",
  "a repeated text": '{{sprig_repeat 2000000000 "abc"}}',
  "the constructor": "{{#with (sprig_dict)}}{{constructor.constructor}}{{/with}}",
  "the prototype":
    '{{lookup (sprig_list 1) "__proto__"}}{{#with (lookup (sprig_list 1) "__proto__")}}{{push}}{{/with}}{{nope}}',
  "a source that is too long": `{{1}}${long(20_000)}`,
  "blocks in blocks": "{{#if 1}}".repeat(1500),
};

async function timed(source: string, dialect: Dialect): Promise<{ readonly pass: Result<Pass>; readonly ms: number }> {
  const before = performance.now();
  const answers = new Map<string, Answer>();
  const pass = await renderer.render(text(source, dialect), answers, settings);
  return { pass, ms: performance.now() - before };
}

describe.each([
  ["go", go],
  ["handlebars", handlebars],
] as const)("a hostile template of the dialect %s", (dialect, sources) => {
  test.each(Object.entries(sources))("%s ends in an error in time", async (_, source) => {
    const { pass, ms } = await timed(source, dialect);
    expect(pass.ok ? `rendered ${pass.value.output?.length}` : pass.failure.code).not.toMatch(/^rendered|internal/);
    if (!pass.ok) expect(pass.failure.message.length).toBeLessThan(3000);
    expect(ms).toBeLessThan(rendererLimits.timeMs + SLACK_MS);
  });
});

describe("after hostile templates", () => {
  test("another template is rendered", async () => {
    const { pass } = await timed("{{ add 1 2 }}", "go");
    expect(pass).toMatchObject({ ok: true, value: { output: "3" } });
  });
});
