/** Generators and targets for fuzzing; `main.ts` runs them. */
export { HclGenerator } from "./hcl-generator.ts";
export { checkHcl, nextHcl, type Verdict } from "./hcl-target.ts";
export { checkJob, nextJob } from "./job-target.ts";
export { hostileTexts } from "./hostile.ts";
