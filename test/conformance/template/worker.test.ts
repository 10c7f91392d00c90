import { afterAll, describe, expect, it } from "vitest";
import type { Result } from "#core/base";
import { type Answer, type Pass, worldOf } from "#core/template";
import { TemplateRenderer } from "#client/template";
import { allCases, type Case, errorText, hostOf, isPresent, play, withAbsoluteFiles } from "./cases.ts";

const renderer = new TemplateRenderer({ timeMs: 10_000, memoryMib: 256 });
afterAll(() => renderer.close());

/** What depends on files, commands or users of the test world; all others see nothing but their data. */
const needsWorld = /\b(file|plugin|writeToFile|executeTemplate)\b/;
const isRandom = /rand|shuffle|gen|uuid|bcrypt|htpasswd|caLeaf|caRoots/i;
const cases = allCases().filter((one) => !needsWorld.test(one.source) && !isRandom.test(one.source));

/** Passes in the worker until nothing new is asked for: what the client does with live sources. */
async function playInWorker({ source, data }: Case): Promise<Result<Pass>> {
  const host = hostOf(data);
  const world = worldOf(withAbsoluteFiles(data), host);
  const answers = new Map<string, Answer>();
  const { options } = data;
  const text = {
    source,
    file: "in.tpl",
    dialect: "go" as const,
    delimiters: { left: options?.left_delimiter ?? "{{", right: options?.right_delimiter ?? "}}" },
  };
  for (;;) {
    const pass = await renderer.render(text, answers, {
      nowMs: host.nowMs,
      environment: Object.fromEntries(host.environment),
      addresses: host.addresses,
      failsOnMissingKey: options?.error_on_missing_key ?? false,
      denied: ["plugin", ...(options?.function_denylist ?? [])],
      sandbox: { base: "/", roots: ["/"] },
    });
    const before = answers.size;
    for (const dependency of pass.ok ? pass.value.used : []) {
      const answer = world.answerTo(dependency);
      if (answer !== undefined && !answers.has(dependency.name)) answers.set(dependency.name, answer);
    }
    if (!pass.ok || answers.size === before) return pass;
  }
}

function outcomeOf(pass: Result<Pass>): string {
  if (!pass.ok) return errorText(pass.failure);
  return pass.value.output ?? `waits for ${pass.value.missing.map(({ name }) => name).join(", ")}`;
}

describe.skipIf(!isPresent)("golden templates in the worker", () => {
  it("end as they do without it, whatever their data", async () => {
    const different: string[] = [];
    for (const one of cases) if (outcomeOf(await playInWorker(one)) !== outcomeOf(play(one))) different.push(one.name);
    process.stderr.write(`template goldens in the worker: ${cases.length - different.length} of ${cases.length}\n`);
    expect(different).toEqual([]);
    expect(cases.length).toBeGreaterThan(380);
  });
});
