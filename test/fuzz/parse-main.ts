/** Reads one hostile text in this process and says what it cost: `node dist/test/fuzz/parse-main.js "deep lists"`. */
import { readFileSync } from "node:fs";
import { canonicalise, parseJobFile } from "#core/jobspec";
import { hostileTexts } from "./hostile.ts";

const name = process.argv[2] ?? "";
const text = hostileTexts[name] ?? readFileSync(name, "utf8");
const before = process.cpuUsage();
const { job, diagnostics } = parseJobFile(text);
if (job !== undefined) canonicalise(job);
const { user, system } = process.cpuUsage(before);
const outcome = {
  isRefused: job === undefined,
  problems: diagnostics.length,
  cpuMs: Math.round((user + system) / 1000),
  rssMb: Math.round(process.resourceUsage().maxRSS / 1024),
};
process.stdout.write(`${JSON.stringify(outcome)}\n`);
