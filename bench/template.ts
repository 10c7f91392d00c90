import Handlebars from "handlebars";
import { type Host, parseTemplate, type Pass, render, type Template, worldOf } from "#core/template";
import { Prng, type Result } from "#core/base";
import { spreadOf } from "./ratio.ts";

const RUNS = 20;
const WARM_UPS = 3;
/** Renders in one measurement, so that it takes milliseconds. */
const REPEATS = 200;
const LOOP_REPEATS = 5;
const SERVICES = 50;
const KEYS = 20;
const LOOPS = 10_000;
const CONFIG_LIMIT = 2;
const LOOP_LIMIT = 4;

const host: Host = {
  nowMs: 0,
  random: new Prng(1),
  environment: new Map(),
  addresses: [],
  refusePath: () => undefined,
  refuseOwner: () => undefined,
  runPlugin: () => ({ problem: "no commands", stdout: "", stderr: "" }),
  cryptography: undefined,
};

const instances = Array.from({ length: SERVICES }, (_, index) => ({
  name: "web",
  id: `web-${String(index).padStart(2, "0")}`,
  port: 8000 + index,
}));
const keys = Object.fromEntries(Array.from({ length: KEYS }, (_, index) => [`app/k${index}`, `value ${index}`]));
const filler = Array.from({ length: 200 - KEYS - 3 }, (_, index) => `setting_${index} = ${index * 7}`).join("\n");

/** The median ratio of two pieces of work that are measured by turns, so that a busy machine slows both. */
function ratio(mine: () => void, other: () => void): number {
  for (let warm = 0; warm < WARM_UPS; warm++) {
    mine();
    other();
  }
  const ratios = Array.from({ length: RUNS }, () => timed(mine) / timed(other));
  return spreadOf(ratios).median;
}

function timed(work: () => void): number {
  const before = performance.now();
  work();
  return performance.now() - before;
}

function parsed(source: string): Template {
  const template = parseTemplate(source);
  if (!template.ok) throw new Error(template.failure.message);
  return template.value;
}

/** A configuration of 200 lines with 50 services and 20 keys, against the Handlebars package with plain data. */
function configuration(): number {
  const names = Object.keys(keys);
  const ours = parsed(
    `${filler}\n${names.map((name) => `${name} = {{ key "${name}" }}`).join("\n")}\n{{ range service "web" }}server {{ .ID }} {{ .Address }}:{{ .Port }};\n{{ end }}\n`,
  );
  const theirs = Handlebars.compile(
    `${filler}\n${names.map((name) => `${name} = {{lookup keys "${name}"}}`).join("\n")}\n{{#each services}}server {{id}} {{address}}:{{port}};\n{{/each}}\n`,
    { noEscape: true },
  );
  const world = worldOf(
    { consul: { kv: keys, nodes: [{ node: "n1", address: "10.0.0.1", services: instances }] } },
    host,
  );
  const answers = new Map<string, ReturnType<typeof world.answerTo>>();
  const snapshot = {
    answerTo: (dependency: Parameters<typeof world.answerTo>[0]) => {
      if (!answers.has(dependency.name)) answers.set(dependency.name, world.answerTo(dependency));
      return answers.get(dependency.name);
    },
  };
  const data = { keys, services: instances.map((one) => ({ ...one, address: "10.0.0.1" })) };
  const options = { host };
  return ratio(
    () => {
      for (let run = 0; run < REPEATS; run++) use(outputOf(render(ours, snapshot, options)));
    },
    () => {
      for (let run = 0; run < REPEATS; run++) use(theirs(data));
    },
  );
}

/** A loop of 10,000 iterations, against building the same text in plain JavaScript. */
function loop(): number {
  const template = parsed(`{{ range $i := loop ${LOOPS} }}line {{ $i }}\n{{ end }}`);
  const snapshot = { answerTo: () => undefined };
  const options = { host };
  return ratio(
    () => {
      for (let run = 0; run < LOOP_REPEATS; run++) use(outputOf(render(template, snapshot, options)));
    },
    () => {
      for (let run = 0; run < LOOP_REPEATS; run++) {
        let text = "";
        for (let index = 0; index < LOOPS; index++) text += `line ${index}\n`;
        use(text);
      }
    },
  );
}

function outputOf(pass: Result<Pass>): string {
  if (!pass.ok || pass.value.output === undefined) throw new Error("the bench's template does not render");
  return pass.value.output;
}

/** Reads from a text, so that it is really made, as writing it to a file would do. */
function use(text: string): void {
  if (text.charCodeAt(text.length >> 1) === 0) throw new Error("no text has a NUL");
}

/** Two ratios, each against its limit. */
export function run(write: (line: string) => void): boolean {
  const figures = [
    { name: "template: configuration ÷ Handlebars", value: configuration(), limit: CONFIG_LIMIT },
    { name: "template: 10,000 iterations ÷ plain JavaScript", value: loop(), limit: LOOP_LIMIT },
  ];
  for (const { name, value, limit } of figures) write(`${name}: ${value.toFixed(2)} (at most ${limit})`);
  return figures.every(({ value, limit }) => value <= limit);
}
