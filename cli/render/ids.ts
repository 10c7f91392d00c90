import { shortId } from "#core/base";

/** Ids as they are shown: eight characters, or all of them. */
export function idShower(verbose: boolean): (id: string) => string {
  return verbose ? (id) => id : shortId;
}

/** An id as the API looks prefixes up: an odd digit at the end is left out. */
export function searchablePrefix(id: string): string {
  const digits = id.replaceAll("-", "");
  return digits.length % 2 === 0 ? id : id.slice(0, -1);
}
