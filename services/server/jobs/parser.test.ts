import { afterEach, describe, expect, test } from "vitest";
import type { Timers } from "#core/base";
import { hostileTexts } from "#test/fuzz";
import { JobParser, parseLimits } from "#server/jobs";

const timers = {
  after: (delayMs: number, run: () => void) => {
    const timer = setTimeout(run, delayMs);
    return { cancel: () => clearTimeout(timer) };
  },
};

const opened: JobParser[] = [];
afterEach(async () => {
  for (const parser of opened.splice(0)) await parser.close();
});

function parserWith(limits: Partial<Record<keyof typeof parseLimits, number>> = {}, over: Timers = timers): JobParser {
  const parser = new JobParser({ timers: over, limits: { ...parseLimits, ...limits } });
  opened.push(parser);
  return parser;
}

const fine = 'job "fine" {\n  group "g" {}\n}\n';
// Steps of the language are counted, but not those of building what it has read: enough to outlast a short limit.
const slow = hostileTexts["many tasks"] as string;

async function answerOf(parser: JobParser, jobHcl: string): Promise<string> {
  const outcome = await parser.parse({ jobHcl });
  if (!outcome.ok) return outcome.failure.message;
  const { job, message } = outcome.value;
  return job === undefined ? message : `job ${(JSON.parse(job) as { readonly ID: string }).ID}`;
}

describe("the text of a job", () => {
  test("is read in a thread, or refused with all that is wrong as text and as data", async () => {
    const parser = parserWith();
    expect(await answerOf(parser, fine)).toBe("job fine");
    const refused = await parser.parse({ jobHcl: 'job "x" {\n  grup "y" {}\n  prority = 1\n}\n' });
    if (!refused.ok) throw new Error(refused.failure.message);
    expect(refused.value.message.split("\n")).toHaveLength(2);
    expect(JSON.parse(refused.value.diagnostics)).toMatchObject([
      {
        Severity: "error",
        Summary: "Unsupported block type",
        File: "input.hcl",
        Start: { Line: 2, Column: 3 },
        End: { Line: 2, Column: 7 },
        SourceLine: '  grup "y" {}',
        Suggestion: "group",
      },
      { Summary: "Unsupported argument", Start: { Line: 3 }, Suggestion: "priority" },
    ]);
  });

  test("that takes too long is refused, and the next one is read by a new thread", async () => {
    // Every other text has little time, so that no busy machine is too slow for a fine one.
    const timeMs = 123_456;
    let texts = 0;
    const after: Timers["after"] = (delayMs, run) =>
      timers.after(delayMs === timeMs && ++texts % 2 === 0 ? 20 : delayMs, run);
    const parser = parserWith({ timeMs }, { after });
    await parser.parse({ jobHcl: "" });
    const answers = await Promise.all([slow, fine, slow].map((text) => answerOf(parser, text)));
    const tooSlow = "Failed to parse job: <nil>: File too costly; Reading this file takes longer than 1 s.";
    expect(answers).toEqual([tooSlow, "job fine", tooSlow]);
  });

  test("that takes too much memory is refused, and the next one is read by a new thread", async () => {
    const parser = parserWith({ oldHeapMib: 24, youngHeapMib: 4, timeMs: 20_000 });
    const answers = await Promise.all([slow, fine, slow].map((text) => answerOf(parser, text)));
    const tooLarge =
      "Failed to parse job: <nil>: File too costly; Reading this file takes more than 256 MiB of memory.";
    expect(answers).toEqual([tooLarge, "job fine", tooLarge]);
  });

  test("waits its turn, but not behind too many others", async () => {
    const parser = parserWith({ waiting: 2 });
    const answers = await Promise.all(Array.from({ length: 4 }, () => answerOf(parser, fine)));
    expect(answers).toEqual([
      "job fine",
      "job fine",
      ...Array.from({ length: 2 }, () => "2 job files are waiting to be parsed"),
    ]);
  });

  test("that still waits when the server stops is answered", async () => {
    const parser = parserWith();
    const answer = answerOf(parser, fine);
    await parser.close();
    expect(await answer).toBe("the server is stopping");
    expect(await answerOf(parser, fine)).toBe("the server is stopping");
  });

  test("however hostile, ends within the limits, and the next one is read", async () => {
    const parser = parserWith();
    for (const [name, text] of Object.entries(hostileTexts)) {
      expect(await answerOf(parser, fine), name).toBe("job fine");
      const before = performance.now();
      const outcome = await parser.parse({ jobHcl: text });
      expect(outcome.ok, name).toBe(true);
      // The limit and what it takes to end a thread, on a machine that does other things too.
      expect(performance.now() - before, name).toBeLessThan(1500);
    }
    expect(await answerOf(parser, fine)).toBe("job fine");
  }, 60_000);
});
