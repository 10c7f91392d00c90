import { compileRegex } from "#core/values";
import type { Matchers } from "#core/scheduler";

/** Comparisons of constraints that belong to other languages. */
export const matchers: Matchers = {
  version: () => false,
  semver: () => false,
  regexp: () => false,
};
void compileRegex;
