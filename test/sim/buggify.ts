import { type Buggify, crc32c, neverBuggify, Prng, utf8Encode } from "#core/base";

/** Which sites took their rare course, and how often. */
export type SitesFired = Map<string, number>;

/** Half of the sites are on in a world that has any; one that is on says yes to a quarter of the questions. */
export function buggifyOf(seed: number, isOn: boolean, fired: SitesFired): Buggify {
  if (!isOn) return neverBuggify;
  const random = new Prng(seed * 23 + 11);
  const sites = new Map<string, boolean>();
  return (site) => {
    let isOnHere = sites.get(site);
    if (isOnHere === undefined) {
      isOnHere = (crc32c(utf8Encode(site), seed) & 1) === 1;
      sites.set(site, isOnHere);
    }
    if (!isOnHere || random.below(4) > 0) return false;
    fired.set(site, (fired.get(site) ?? 0) + 1);
    return true;
  };
}
