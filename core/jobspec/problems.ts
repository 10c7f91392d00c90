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

/** For each name, where it first appears; in one pass, as a list may have very many. */
export function firstPlaces(names: readonly string[]): readonly number[] {
  const places = new Map<string, number>();
  return names.map((name, index) => {
    const first = places.get(name) ?? index;
    if (first === index) places.set(name, index);
    return first;
  });
}

/** The names that have appeared before, once for each further time. */
export function repeated(names: readonly string[]): string[] {
  const firsts = firstPlaces(names);
  return names.filter((_, index) => (firsts[index] as number) < index);
}

export function quoted(text: string): string {
  return JSON.stringify(text);
}
