import { createRequire } from "node:module";
import { join } from "node:path";
import { createContext, runInContext } from "node:vm";
import { describe, expect, test } from "vitest";
import { component } from "#test/support";
import { exactJson, isPresent, read } from "./cases.ts";

/** What the bundle leaves on the global object of the page. */
interface Bundle {
  readonly parse: (text: string) => string;
}

interface Page {
  addScriptTag(options: { content: string }): Promise<unknown>;
  evaluate(run: string): Promise<unknown>;
}
interface Browser {
  newPage(): Promise<Page>;
  close(): Promise<void>;
}
interface Playwright {
  readonly chromium: { launch(options: { executablePath: string; args: string[] }): Promise<Browser> };
}

const root = join(import.meta.dirname, "../../..");
const GOLDEN = "job-all-attributes";

/** The job language as one script without imports, as the user interface would load it. */
async function bundle(): Promise<string> {
  const { build } = await import("vite");
  const entry = join(import.meta.dirname, "browser/main.ts");
  const result = await build({
    root,
    configFile: false,
    logLevel: "silent",
    resolve: { conditions: ["source", "browser", "module", "default"] },
    build: { write: false, minify: false, lib: { entry, name: "drover", formats: ["iife"] } },
  });
  const outputs = (Array.isArray(result) ? result : [result]) as { output: { code?: string }[] }[];
  return outputs[0]?.output[0]?.code ?? "";
}

const golden = (): unknown => (exactJson(read(`${GOLDEN}.json`)) as { Job: unknown }).Job;
const isInCi = Boolean(process.env["CI"]);
/** On a person's machine its absence skips the test; in CI the test asks again, and fails. */
const hasChromium = isInCi || component("chromium") !== undefined;
if (!hasChromium)
  process.stderr.write("skipped: no Chromium (see .ci/components); DROVER_CHROMIUM says where one is\n");

describe.skipIf(!isPresent)("the job language outside of Node", () => {
  test("runs in a bare JavaScript context", async () => {
    // bcryptjs looks for a timer when it loads; here nothing ever waits.
    const setTimeout = (): never => {
      throw new Error("the language does not wait");
    };
    const context = createContext({ TextEncoder, TextDecoder, setTimeout });
    runInContext(await bundle(), context);
    const parse = (context as { jobLanguage?: Bundle }).jobLanguage?.parse;
    expect(exactJson(parse?.(read(`${GOLDEN}.hcl`)) ?? "null")).toEqual(golden());
  });

  test.skipIf(!hasChromium)("parses a golden case in Chromium", async () => {
    const chromium = component("chromium") ?? "";
    const require = createRequire(join(root, "test/tools/package.json"));
    const playwright = require("playwright-core") as Playwright;
    const browser = await playwright.chromium.launch({ executablePath: chromium, args: ["--no-sandbox"] });
    try {
      const page = await browser.newPage();
      await page.addScriptTag({ content: await bundle() });
      const text = await page.evaluate(`jobLanguage.parse(${JSON.stringify(read(`${GOLDEN}.hcl`))})`);
      expect(exactJson(String(text))).toEqual(golden());
    } finally {
      await browser.close();
    }
  });
});
