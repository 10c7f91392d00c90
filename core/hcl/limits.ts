/** UTF-16 units of one source. */
const TEXT_UNITS_MAX = 2 * 1024 * 1024;
/** Tokens of one source, and pieces of its templates; a job file of a megabyte has about 200,000. */
const TOKENS_MAX = 500_000;
/** Blocks, brackets, templates and operators within each other. */
const NESTING_MAX = 200;
/** Evaluation steps of one file beyond one for each of its characters: nodes visited and items produced. */
const STEPS_MAX = 400_000;
/** Values that one value may hold, parts of parts counted each time they appear. */
const VALUE_WEIGHT_MAX = 1_000_000;
/** UTF-16 units of all strings that evaluation makes. */
const STRING_UNITS_MAX = 8 * 1024 * 1024;

/** What a text may cost. Beyond these a diagnostic says so; nothing is truncated in silence. */
export const limits = {
  textLength: TEXT_UNITS_MAX,
  tokens: TOKENS_MAX,
  nesting: NESTING_MAX,
  steps: STEPS_MAX,
  valueWeight: VALUE_WEIGHT_MAX,
  stringUnits: STRING_UNITS_MAX,
} as const;
