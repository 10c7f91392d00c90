/** An object with only the named fields of another. */
export function pick<T extends object, K extends keyof T>(source: T, ...names: readonly K[]): Pick<T, K> {
  const picked: Partial<T> = {};
  for (const name of names) picked[name] = source[name];
  return picked as Pick<T, K>;
}
