import { afterAll, describe, expect, it } from "vitest";
import { TemplateRenderer } from "#client/template";
import { isConformancePresent } from "#test/support";
import { agentCases, playAgentCase, recordedOutcome } from "./play.ts";

const cases = agentCases();
const renderer = new TemplateRenderer({ timeMs: 10_000, memoryMib: 256 });
afterAll(() => renderer.close());

function lines(text: string): string {
  return text
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "")
    .join("\n");
}

/** How deep the lists of a refusal are nested and followed by empty lines is the registration's matter. */
function comparable(outcome: ReturnType<typeof recordedOutcome>): unknown {
  return outcome.kind === "refused" ? { ...outcome, message: lines(outcome.message) } : outcome;
}

describe.skipIf(!isConformancePresent("template-agent"))("templates as a real agent rendered them", () => {
  it.each(cases.map((one) => [one.name, one] as const))("%s ends as recorded", async (_, one) => {
    expect(comparable(await playAgentCase(one, renderer))).toEqual(comparable(recordedOutcome(one)));
  });

  it("are all there", () => {
    process.stderr.write(`template agent cases: ${cases.length} played\n`);
    expect(cases).toHaveLength(36);
  });
});
