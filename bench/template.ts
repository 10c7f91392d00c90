import Handlebars from "handlebars";
import { type Host, parseTemplate, render, type Template, worldOf } from "#core/template";
import { Prng } from "#core/base";

const RUNS = 20;
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

function median(measure: () => void): number {
  measure();
  const times = Array.from({ length: RUNS }, () => {
    const before = performance.now();
    measure();
    return performance.now() - before;
  });
  return times.sort((left, right) => left - right)[RUNS / 2] as number;
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
  const repeat = 50;
  const mine = median(() => {
    for (let run = 0; run < repeat; run++) render(ours, snapshot, { host });
  });
  const other = median(() => {
    for (let run = 0; run < repeat; run++) theirs(data);
  });
  return mine / other;
}

/** A loop of 10,000 iterations, against building the same text in plain JavaScript. */
function loop(): number {
  const template = parsed(`{{ range $i := loop ${LOOPS} }}line {{ $i }}\n{{ end }}`);
  const snapshot = { answerTo: () => undefined };
  const mine = median(() => void render(template, snapshot, { host }));
  let kept = 0;
  const other = median(() => {
    let text = "";
    for (let index = 0; index < LOOPS; index++) text += `line ${index}\n`;
    kept += text.length;
  });
  return kept > 0 ? mine / other : 0;
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
