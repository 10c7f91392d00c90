import { expect, test } from "vitest";
import { inertKeys, mergeFiles, parseBytes, readConfigFile } from "#core/config";
import { renderDiagnostic } from "#core/hcl";

const read = (text: string, file = "agent.hcl") => readConfigFile(text, file);
const settings = (...texts: string[]) => mergeFiles(texts.map((text) => read(text)));

test("files are laid over each other in order", () => {
  const first = 'region = "eu"\nclient {\n  enabled = true\n  meta { rack = "r1" }\n  servers = ["a"]\n}\n';
  const second = 'region = "us"\nclient {\n  meta = { "zone" = "z1" }\n  servers = ["b"]\n}\n';
  expect(settings(first, second)).toEqual({
    region: "us",
    client: { enabled: true, meta: { rack: "r1", zone: "z1" }, servers: ["a", "b"] },
  });
});

test("durations, numbers and booleans are read in the forms that people have", () => {
  const text =
    'client {\n  max_kill_timeout = "45s"\n  gc_max_allocs = "7"\n  enabled = "true"\n  gc_disk_usage_threshold = 80.5\n}\n';
  expect(settings(text).client).toEqual({
    max_kill_timeout: 45_000,
    gc_max_allocs: 7,
    enabled: true,
    gc_disk_usage_threshold: 80.5,
  });
});

test("maps may be written as blocks with quoted names", () => {
  expect(settings('http_api_response_headers {\n  "X-Served-By" = "conformance"\n}\n')).toEqual({
    http_api_response_headers: { "X-Served-By": "conformance" },
  });
});

test("the JSON form means the same", () => {
  const json =
    '{"client": {"enabled": true, "options": {"driver.raw_exec.enable": "1"}}, "plugin": {"raw_exec": {"config": {"enabled": true}}}}';
  const hcl =
    'client {\n  enabled = true\n  options = { "driver.raw_exec.enable" = "1" }\n}\nplugin "raw_exec" {\n  config { enabled = true }\n}\n';
  expect(settings(json)).toEqual(settings(hcl));
});

test("an unknown key is an error with its file, line and the nearest known name", () => {
  const { diagnostics } = read("client {\n  enabled = true\n  cpu_total_compte = 5\n}\n");
  expect(diagnostics).toHaveLength(1);
  expect(renderDiagnostic(diagnostics[0]!)).toContain("on agent.hcl line 3, column 3:");
  expect(diagnostics[0]?.suggestion).toBe("cpu_total_compute");
});

test("a value of the wrong kind is an error that names the key", () => {
  const { diagnostics } = read('ports {\n  http = "many"\n}\nleave_on_interrupt = 7\n');
  expect(diagnostics.map(({ detail, range }) => `${range?.start.line}: ${detail}`)).toEqual([
    "2: ports.http must be a whole number.",
    "4: leave_on_interrupt must be true or false.",
  ]);
});

test("five mistakes in a file are five diagnostics", () => {
  const text = 'regoin = 1\nclient {\n  enabeld = true\n  meta = 5\n  gc_interval = "soon"\n}\nports { htpp = 1 }\n';
  expect(read(text).diagnostics).toHaveLength(5);
});

test("a known key that nothing comes of is named with its line", () => {
  const file = read('region = "eu"\ntelemetry {\n  prometheus_metrics = true\n}\n');
  expect(file.diagnostics).toEqual([]);
  expect(inertKeys(file.keys)).toEqual([
    "agent.hcl:3: telemetry.prometheus_metrics is read and kept, and not acted on in this version",
  ]);
});

test("sizes are read with their units", () => {
  expect([parseBytes("1k"), parseBytes("1M"), parseBytes("2 MiB"), parseBytes("lots")]).toEqual([
    1000,
    1_000_000,
    2_097_152,
    undefined,
  ]);
});
