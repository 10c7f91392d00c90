const MAX_NAME_LENGTH = 64;

/**
 * The known name that `wrong` most likely meant, or undefined when none is near: at most one edit for each three
 * characters (insertion, deletion, change, swap of neighbours), with a difference of case or of `-` against `_` counting as none.
 */
export function nearest(wrong: string, known: Iterable<string>): string | undefined {
  if (wrong.length > MAX_NAME_LENGTH) return undefined;
  const wanted = fold(wrong);
  let best: string | undefined;
  let bestDistance = Math.max(1, Math.floor(wrong.length / 3)) + 1;
  for (const name of known) {
    if (name.length > MAX_NAME_LENGTH) continue;
    const folded = fold(name);
    // Each missing character is an edit: most names need no closer look.
    if (Math.abs(folded.length - wanted.length) >= bestDistance) continue;
    const distance = editDistance(wanted, folded);
    if (distance < bestDistance) {
      best = name;
      bestDistance = distance;
    }
  }
  return best;
}

function fold(name: string): string {
  return name.toLowerCase().replaceAll("-", "_");
}

/** Insertions, deletions, changes and swaps of neighbours (optimal string alignment). */
function editDistance(left: string, right: string): number {
  let [beforePrevious, previous]: [number[], number[]] = [
    [],
    Array.from({ length: right.length + 1 }, (_, index) => index),
  ];
  for (let row = 1; row <= left.length; row++) {
    const current = [row];
    for (let column = 1; column <= right.length; column++) {
      const isSame = left[row - 1] === right[column - 1];
      const isSwapped =
        row > 1 && column > 1 && left[row - 1] === right[column - 2] && left[row - 2] === right[column - 1];
      const swap = isSwapped ? (beforePrevious[column - 2] as number) + 1 : Number.POSITIVE_INFINITY;
      const change = (previous[column - 1] as number) + (isSame ? 0 : 1);
      current.push(Math.min(change, swap, (previous[column] as number) + 1, (current[column - 1] as number) + 1));
    }
    [beforePrevious, previous] = [previous, current];
  }
  return previous[right.length] as number;
}
