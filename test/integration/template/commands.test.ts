import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, expect, test } from "vitest";

const folder = mkdtempSync(join(tmpdir(), "drover-template-cli-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Runs the built command in a folder with these files; what it prints, and its exit code when that is not 0. */
function drover(args: readonly string[], files: Readonly<Record<string, string>>, env = {}): string {
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
  const done = spawnSync(process.execPath, [resolve("bin/drover"), "template", ...args], {
    cwd: folder,
    env: { PATH: process.env["PATH"], ...env },
    encoding: "utf8",
  });
  return `${done.stdout}${done.stderr}${done.status === 0 ? "" : `exit ${done.status}\n`}`;
}

const data = JSON.stringify({
  consul: {
    kv: { "app/name": "shop" },
    nodes: [{ node: "n", address: "10.0.0.1", services: [{ name: "web", port: 80 }] }],
  },
  nomad: { variables: [{ path: "nomad/jobs/web", items: { user: "u" } }] },
});

test("check says all that is wrong with a file in one run", () => {
  const source = [
    '{{ key "a" | toUper }} {{ $vv }}',
    '{{ range $i, $v := service "web" }}{{ $vw }}{{ end }}',
    '{{ template "footr" }}{{ define "footer" }}{{ toLower "A" "B" }}{{ end }}',
    '{{ "open }}',
    "{{ if true }}",
    "",
  ].join("\n");
  expect(
    drover(["check", "bad.tpl"], { "bad.tpl": source }),
  ).toBe(`Error: bad.tpl: parse: template: :1: function "toUper" not defined

  on bad.tpl line 1, column 14:
  1 | {{ key "a" | toUper }} {{ $vv }}
    |              ^^^^^^

hint: expected the name of a function; did you mean toUpper?

Error: bad.tpl: parse: template: :1: undefined variable "$vv"

  on bad.tpl line 1, column 27:
  1 | {{ key "a" | toUper }} {{ $vv }}
    |                           ^^^

hint: expected the name of a variable

Error: bad.tpl: parse: template: :2: undefined variable "$vw"

  on bad.tpl line 2, column 39:
  2 | {{ range $i, $v := service "web" }}{{ $vw }}{{ end }}
    |                                       ^^^

hint: expected the name of a variable; did you mean $v?

Error: bad.tpl: execute: template: :3:12: executing "" at <{{template "footr"}}>: template "footr" not defined

  on bad.tpl line 3, column 13:
  3 | {{ template "footr" }}{{ define "footer" }}{{ toLower "A" "B" }}{{ end }}
    |             ^^^^^^^

hint: did you mean footer?

Error: bad.tpl: execute: template: :3:46: executing "footer" at <toLower>: wrong number of args for toLower: want 1 got 2

  on bad.tpl line 3, column 47:
  3 | {{ template "footr" }}{{ define "footer" }}{{ toLower "A" "B" }}{{ end }}
    |                                               ^^^^^^^

hint: expected toLower string

Error: bad.tpl: parse: template: :4: unterminated quoted string

  on bad.tpl line 4, column 4:
  4 | {{ "open }}
    |    ^

Error: bad.tpl: parse: template: :6: unexpected EOF

  on bad.tpl line 5, column 4:
  5 | {{ if true }}
    |    ^^

hint: the {{if}} of line 5 has no {{end}}
exit 1
`);
});

test("check reads Handlebars too, and says when all is well", () => {
  const files = { "a.hbs": '{{#each (servce "web")}}{{Name}}{{/each}}', "b.tpl": "{{ range loop 3 }}x{{ end }}" };
  expect(drover(["check", "a.hbs"], files)).toBe(`Error: a.hbs: parse: template: :1: function "servce" not defined

  on a.hbs line 1, column 10:
  1 | {{#each (servce "web")}}{{Name}}{{/each}}
    |          ^^^^^^

hint: expected the name of a helper; did you mean service?
exit 1
`);
  expect(drover(["check", "b.tpl"], files)).toBe("The template is well-formed\n");
});

test("other delimiters are options of both", () => {
  const files = { "in.tpl": "[[ add 1 2 ]] {{ not ours }}\n" };
  const delimiters = ["-left-delimiter", "[[", "-right-delimiter", "]]"];
  expect(drover(["check", ...delimiters, "in.tpl"], files)).toBe("The template is well-formed\n");
  expect(drover(["render", ...delimiters, "in.tpl"], files)).toBe("3 {{ not ours }}\n");
});

test("functions lists what the table declares", () => {
  expect(drover(["functions", "safeTree"], {})).toBe("safeTree string  tree that waits while there is none\n");
  expect(drover(["functions", "-t", "{{range .}}{{.Name}} {{.Kind}}{{end}}", "safeTree"], {})).toBe("safeTree data\n");
  expect(drover(["functions", "nope"], {})).toBe("no function is called nope\nexit 1\n");
});

test("render reads a data file", () => {
  const source = '{{ key "app/name" }}{{ range service "web" }} {{ .Address }}:{{ .Port }}{{ end }} {{ env "WHO" }}\n';
  const files = { "in.tpl": source, "data.json": data };
  expect(drover(["render", "-data", "data.json", "in.tpl"], files)).toBe("shop 10.0.0.1:80 \n");
  expect(drover(["render", "-data=data.json", "-env", "in.tpl"], files, { WHO: "me" })).toBe("shop 10.0.0.1:80 me\n");
  expect(drover(["render", "-data=data.json", "-deps", "in.tpl"], files)).toBe(
    "kv.block(app/name)\nhealth.service(web|passing)\n",
  );
});

test("render takes variables beside the data, and shows an environment file as it will be read", () => {
  const source = '{{ with nomadVar "nomad/jobs/web" }}U={{ .user }}\nP="{{ .password }}" # secret{{ end }}\n';
  const files = { "in.tpl": source, "data.json": data };
  const args = ["-data", "data.json", "-vars", "nomad/jobs/web:password=a b", "-env-file"];
  expect(drover(["render", ...args, "in.tpl"], files)).toBe('U="u"\nP="a b"\n');
});

test("render says where a value is missing, and which name was probably meant", () => {
  expect(
    drover(["render", "-data", "data.json", "in.tpl"], { "in.tpl": 'name: {{ key "app/nme" }}\n', "data.json": data }),
  ).toBe(`Error: Missing: kv.block(app/nme)

  on in.tpl line 1, column 10:
  1 | name: {{ key "app/nme" }}
    |          ^^^

hint: the data has no app/nme; did you mean app/name?
exit 1
`);
});

test("render explains a failure with the place and the nearest name", () => {
  expect(
    drover(["render", "-data", "data.json", "in.tpl"], {
      "in.tpl": 'é {{ range service "web" }}{{ .Adress }}{{ end }}\n',
      "data.json": data,
    }),
  ).toBe(`Error: in.tpl: execute: template: :1:31: executing "" at <.Adress>: can't evaluate field Adress in type *dependency.HealthService

  on in.tpl line 1, column 31:
  1 | é {{ range service "web" }}{{ .Adress }}{{ end }}
    |                               ^^^^^^^

hint: did you mean Address?
exit 1
`);
});
