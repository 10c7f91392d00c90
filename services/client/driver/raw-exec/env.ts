/** The environment without the variables that a pattern names; `*` stands for any characters. */
export function withoutDenied(
  env: Readonly<Record<string, string>>,
  patterns: readonly string[],
): Readonly<Record<string, string>> {
  if (patterns.length === 0) return env;
  const denied = patterns.map(globPattern);
  return Object.fromEntries(Object.entries(env).filter(([name]) => !denied.some((pattern) => pattern.test(name))));
}

function globPattern(glob: string): RegExp {
  const parts = glob.split("*").map((part) => part.replaceAll(/[.+?^${}()|[\]\\]/g, "\\$&"));
  return new RegExp(`^${parts.join(".*")}$`);
}
