/**
 * Problems as text, nested the way the compatible API nests them: a section's problems are counted and listed under its
 * title. Order is that of the checks.
 */
export type Problems = readonly string[];

/** `2 errors occurred:` and a bullet for each. */
export function listed(problems: Problems): string {
  const count = `${problems.length} error${problems.length === 1 ? "" : "s"} occurred:`;
  return `${count}\n\t* ${problems.join("\n\t* ")}\n\n`;
}

/** Nothing when there is nothing wrong. */
export function section(title: string, problems: Problems): Problems {
  return problems.length === 0 ? [] : [`${title}: ${listed(problems)}`];
}

export function failed(title: string, problems: Problems): Problems {
  return section(`${title} validation failed`, problems);
}

/** Several problems as one. */
export function grouped(problems: Problems): Problems {
  return problems.length === 0 ? [] : [listed(problems)];
}

/** The texts whose conditions hold, in order. */
export function when(...checks: readonly (readonly [boolean, string])[]): Problems {
  return checks.filter(([holds]) => holds).map(([, text]) => text);
}

/** The first text whose condition holds, for checks that stop at the first fault. */
export function firstOf(...checks: readonly (readonly [boolean, string])[]): Problems {
  const found = checks.find(([holds]) => holds);
  return found === undefined ? [] : [found[1]];
}

export function quoted(text: string): string {
  return JSON.stringify(text);
}
