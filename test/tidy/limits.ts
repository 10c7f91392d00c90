/** Constants that bound something, by their names. */
const LIMIT =
  /^(?:export )?const ([A-Z][A-Z0-9_]*(?:_MAX|_MIN|_LIMIT|_BYTES|_MS|_TIMEOUT|_THRESHOLD|_AT_ONCE|_CAPACITY)) = ([^;\n]+);/gm;

/** The page of limits: every named bound of the program with its owner, read from the sources. */
export function limitsPage(sources: ReadonlyMap<string, string>): string {
  const rows: string[] = [];
  for (const [path, text] of [...sources].toSorted(([left], [right]) => (left < right ? -1 : 1))) {
    if (!/^(?:core|services|integrations|cli)\//.test(path) || path.endsWith(".test.ts")) continue;
    for (const [, name, value] of text.matchAll(LIMIT))
      rows.push(`| \`${name}\` | ${value?.replaceAll("|", "\\|")} | ${path} |`);
  }
  const head =
    "# Limits\n\nEvery queue, wait, body and cache has one owner and one bound. This page is generated from the sources:\n`DROVER_WRITE_LIMITS=1 npx vitest run --project unit test/tidy/limits.test.ts`.\n\n| bound | value | owner |\n|---|---|---|\n";
  return `${head}${rows.join("\n")}\n`;
}
