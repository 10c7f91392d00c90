import { err, ok, type Result } from "#core/base";

/** A share of a service's traffic, in per cent. */
export interface Share {
  readonly subset: string;
  readonly percent: number;
}

/** Hundredths of a per cent: finer shares Consul rounds away. */
const STEPS_PER_PERCENT = 100;
const NAME = /^[A-Za-z0-9]([A-Za-z0-9_-]*[A-Za-z0-9])?$/;

/** `v1=95 v2=5`: subsets with their shares, which must sum up to exactly 100. */
export function parseShares(words: readonly string[]): Result<Share[]> {
  const shares: Share[] = [];
  for (const word of words) {
    const share = parseShare(word);
    if (!share.ok) return share;
    if (shares.some(({ subset }) => subset === share.value.subset))
      return err("invalid", `subset ${share.value.subset} is named twice`, { field: word });
    shares.push(share.value);
  }
  const sum = shares.reduce((total, { percent }) => total + Math.round(percent * STEPS_PER_PERCENT), 0);
  if (sum === 100 * STEPS_PER_PERCENT) return ok(shares);
  return err("invalid", `the shares sum up to ${sum / STEPS_PER_PERCENT}, and must be exactly 100`, {
    hint: shares.map(({ subset, percent }) => `${subset}=${percent}`).join(" "),
  });
}

function parseShare(word: string): Result<Share> {
  const at = word.indexOf("=");
  const [subset, text] = [word.slice(0, Math.max(0, at)), word.slice(at + 1)];
  if (!NAME.test(subset) || !/^\d+(?:\.\d+)?$/.test(text))
    return err("invalid", `${JSON.stringify(word)} is not SUBSET=PERCENT`, {
      field: word,
      hint: "for example v1=95 v2=5",
    });
  const percent = Number(text);
  if (percent > 100) return err("invalid", `${subset} cannot have ${percent} per cent`, { field: word });
  if (!isStep(percent))
    return err("invalid", `${subset}=${text} is finer than a hundredth of a per cent`, { field: word });
  return ok({ subset, percent });
}

function isStep(percent: number): boolean {
  return Math.abs(percent * STEPS_PER_PERCENT - Math.round(percent * STEPS_PER_PERCENT)) < 1e-6;
}

/** The filter of a subset by a key of its instances' Meta. */
export function subsetFilter(key: string, value: string): string {
  return `Service.Meta.${key} == ${JSON.stringify(value)}`;
}
