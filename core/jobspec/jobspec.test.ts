import { expect, test } from "vitest";
import { diagnosticLine, renderDiagnostic } from "#core/hcl";
import { Job } from "#core/model";
import { decodeBinary, encodeBinary, encodeJson, jsonReader, parseJson } from "#core/wire";
import { canonicalise, parseForApi, parseJobFile, readApiJob, serverForm, validateJob } from "./mod.ts";

const options = { newId: () => "00000000-0000-4000-8000-000000000001" };

/** The problems of a job file, as a person sees them. */
function problems(text: string, variables: string[] = []): string {
  return parseJobFile(text, { file: "web.hcl", variables }).diagnostics.map(renderDiagnostic).join("\n");
}

test("a mistyped file names every mistake, its place, and what was probably meant", () => {
  const text = [
    'job "web" {',
    "  prority = 50",
    '  group "front" {',
    '    count = "many"',
    "    restrt {",
    "    }",
    '    task "app" "x" {',
    "    }",
    '    task "app" {',
    "      driver = local.drivr",
    "      kill_timeout = 1d",
    '      shutdown_delay = "1d"',
    "      resources = {",
    "        cpu = 100",
    "      }",
    "      resources {",
    "        cpu = -0.5",
    "      }",
    "      lifecycle {",
    "      }",
    "    }",
    "  }",
    "}",
    "locals {",
    '  driver = "docker"',
    "}",
  ].join("\n");
  expect(problems(text)).toMatchInlineSnapshot(`
    "Error: Unsupported argument

      on web.hcl line 2, column 3:
      2 |   prority = 50
        |   ^^^^^^^

    An argument named "prority" is not expected here. Did you mean "priority"?

    Error: Unsuitable value type

      on web.hcl line 4, column 13:
      4 |     count = "many"
        |             ^^^^^^

    Unsuitable value: a number is required.

    Error: Unsupported block type

      on web.hcl line 5, column 5:
      5 |     restrt {
        |     ^^^^^^

    Blocks of type "restrt" are not expected here. Did you mean "restart"?

    Error: Extraneous label for task

      on web.hcl line 7, column 16:
      7 |     task "app" "x" {
        |                ^^^

    A "task" block takes only 1 label (name).

    Error: Missing newline after argument

      on web.hcl line 11, column 23:
      11 |       kill_timeout = 1d
         |                       ^

    An argument ends with its line; found "d" after the value of "kill_timeout".

    Error: Unsuitable value type

      on web.hcl line 12, column 24:
      12 |       shutdown_delay = "1d"
         |                        ^^^^

    Unsuitable value: unknown unit "d" in "1d"; units are ns, us, ms, s, m and h.

    Error: Unsupported argument

      on web.hcl line 13, column 7:
      13 |       resources = {
         |       ^^^^^^^^^

    "resources" is a block: write resources { … } without "=".

    Error: Unsuitable value type

      on web.hcl line 17, column 15:
      17 |         cpu = -0.5
         |               ^^^^

    Unsuitable value: a whole number of at most 2^53 is required.
    "
  `);
});

test("variables: undeclared, unset and unfitting values", () => {
  const text = 'variable "count" {\n  type = number\n}\nvariable "image" {}\njob "x" {\n}\n';
  expect(problems(text, ["cuont=3", "count=many"])).toMatchInlineSnapshot(`
    "Error: Undefined variable

    A value was given for "cuont", which the file does not declare. Did you mean "count"?

    Error: Invalid value of -var argument for variable

    The value given for "count" does not fit its type: a number is required.

    Error: Unset variable "image"

      on web.hcl line 4, column 10:
      4 | variable "image" {}
        |          ^^^^^^^

    It has no default: set it with -var 'image=…', in a -var-file, or by NOMAD_VAR_image.
    "
  `);
});

test("one line per problem for logs and the API", () => {
  const answer = parseForApi({ jobHcl: 'job "x" {\n  grup "y" {}\n}\n' });
  expect(answer.message).toBe(
    'Failed to parse job: input.hcl:2,3-7: Unsupported block type; Blocks of type "grup" are not expected here. Did you mean "group"?',
  );
  const { diagnostics } = parseJobFile("");
  expect(diagnostics.map(diagnosticLine)).toEqual(['Missing job block; The file holds no job: job "name" { … }.']);
});

test("file functions exist where files are handed in, and say so elsewhere", () => {
  const text = 'job "x" {\n  name = file("name.txt")\n}\n';
  const files = {
    read: (path: string) => (path === "name.txt" ? new TextEncoder().encode("from file") : undefined),
    exists: () => true,
    list: () => [],
    workingDirectory: "/",
    homeDirectory: "/root",
  };
  expect(parseJobFile(text, { files }).job?.name).toBe("from file");
  expect(problems(text)).toContain("only the command line reads files");
});

test("random functions use the bytes handed in", () => {
  const text = 'job "x" {\n  meta {\n    id = uuidv4()\n    hash = bcrypt("secret", 4)\n  }\n}\n';
  const { job } = parseJobFile(text, { random: (count) => new Uint8Array(count).fill(7) });
  expect(job?.meta).toEqual({
    id: "07070707-0707-4707-8707-070707070707",
    hash: expect.stringMatching(/^\$2a\$04\$/) as string,
  });
  expect(problems(text)).toContain('There is no function named "uuidv4"');
});

test("a duration of a year stays exact in the draft, in JSON and in the binary form", () => {
  const { job } = parseJobFile(
    'job "x" {\n  group "g" {\n    max_run_duration = "8760h"\n    shutdown_delay = 31536000000000000\n  }\n}\n',
  );
  const stored = serverForm(job!, options);
  expect(stored.taskGroups?.[0]?.maxRunDurationNs).toBe(31_536_000_000_000_000);
  const json = parseJson(encodeJson(Job, stored));
  expect(json.ok && jsonReader(Job)(json.value)).toEqual({ ok: true, value: stored });
  expect(decodeBinary(Job, encodeBinary(Job, stored))).toEqual({ ok: true, value: stored });
  expect(problems('job "x" {\n  group "g" {\n    shutdown_delay = "8760h0m0.000000001s"\n  }\n}\n')).toContain(
    "too long for its precision",
  );
});

test("canonicalising and storing twice changes nothing", () => {
  const { job } = parseJobFile(
    'job "x" {\n  group "g" {\n    network {\n      mode = "bridge"\n    }\n    service {\n      port = "80"\n      connect {\n        sidecar_service {}\n      }\n    }\n    task "t" {\n      driver = "docker"\n    }\n  }\n}\n',
  );
  const once = canonicalise(job!);
  expect(canonicalise(once)).toEqual(once);
  const stored = serverForm(job!, options);
  const again = readApiJob(encodeJson(Job, stored));
  expect(again.ok && serverForm(again.value, options)).toEqual(stored);
});

test("validation reports all errors in the words of the API", () => {
  const { job } = parseJobFile(
    'job "x y" {\n  group "g" {\n    count = -1\n    task "t" {\n      driver = ""\n    }\n  }\n}\n',
  );
  const { errorText, warningText } = validateJob(job!, options);
  expect(errorText).toMatchInlineSnapshot(`
    "2 errors occurred:
    	* Job ID contains a space
    	* Task group g validation failed: 2 errors occurred:
    	* Task group count can't be negative
    	* Task t validation failed: 1 error occurred:
    	* Missing task driver





    "
  `);
  expect(warningText).toBe("");
});
