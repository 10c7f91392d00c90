/** What a text may cost. Beyond these a diagnostic says so; nothing is truncated in silence. */
export const limits = {
  /** UTF-16 units of one source. */
  textLength: 2 * 1024 * 1024,
  /** Tokens of one source, and pieces of its templates; a job file of a megabyte has about 200,000. */
  tokens: 500_000,
  /** Blocks, brackets, templates and operators within each other. */
  nesting: 200,
  /** Evaluation steps of one file beyond one for each of its characters: nodes visited and items produced. */
  steps: 400_000,
  /** Values that one value may hold, parts of parts counted each time they appear. */
  valueWeight: 1_000_000,
  /** UTF-16 units of all strings that evaluation makes. */
  stringUnits: 64 * 1024 * 1024,
} as const;
