import { expect, test } from "vitest";
import { checkHcl } from "./hcl-target.ts";
import { hostileTexts } from "./hostile.ts";

test.each(Object.entries(hostileTexts))("%s", (_, text) => {
  const before = process.cpuUsage();
  expect(checkHcl(text)).toBeUndefined();
  const used = process.cpuUsage(before);
  // Reading, and formatting twice what can be formatted; processor time, as the machine may be busy.
  expect((used.user + used.system) / 1000).toBeLessThan(4000);
});
