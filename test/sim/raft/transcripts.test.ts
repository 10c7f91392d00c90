import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { replayTranscript } from "./script.ts";

const folder = new URL("../scripts/", import.meta.url).pathname;
const isRecording = process.env["DROVER_RECORD"] === "1";

describe("transcripts of the bugs that others had", () => {
  const names = readdirSync(folder).filter((name) => name.endsWith(".txt"));

  it("are there", () => expect(names.length).toBeGreaterThanOrEqual(11));

  for (const name of names)
    it(`${name.replace(".txt", "")} happens as written`, () => {
      const path = join(folder, name);
      const written = readFileSync(path, "utf8");
      const replayed = replayTranscript(written);
      if (isRecording) writeFileSync(path, replayed);
      else expect(replayed).toBe(written);
      expect(replayed).not.toContain("VIOLATION");
    });
});
