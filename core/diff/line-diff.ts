/** A line of two texts: of both, or of one of them. */
export interface LineChange {
  readonly kind: "same" | "removed" | "added";
  readonly line: string;
}

/** Further apart than so many lines, texts are shown as one replaced by the other. */
const DISTANCE_MAX = 1000;
const CONTEXT_LINES = 3;

/** The shortest way from one list of lines to another (Myers, 1986). */
export function lineChanges(before: readonly string[], after: readonly string[]): LineChange[] {
  let start = 0;
  while (start < before.length && start < after.length && before[start] === after[start]) start += 1;
  let [endBefore, endAfter] = [before.length, after.length];
  while (endBefore > start && endAfter > start && before[endBefore - 1] === after[endAfter - 1]) {
    endBefore -= 1;
    endAfter -= 1;
  }
  return [
    ...before.slice(0, start).map(same),
    ...changesBetween(before.slice(start, endBefore), after.slice(start, endAfter)),
    ...before.slice(endBefore).map(same),
  ];
}

const same = (line: string): LineChange => ({ kind: "same", line });
const removed = (line: string): LineChange => ({ kind: "removed", line });
const added = (line: string): LineChange => ({ kind: "added", line });

function changesBetween(before: readonly string[], after: readonly string[]): LineChange[] {
  const rounds = search(before, after);
  if (rounds === undefined) return [...before.map(removed), ...after.map(added)];
  const changes: LineChange[] = [];
  let [x, y] = [before.length, after.length];
  for (let round = rounds.length - 1; round >= 0; round--) {
    const reach = rounds[round] as Int32Array;
    const diagonal = x - y;
    const isAdded = comesFromAbove(reach, diagonal, round);
    const previous = isAdded ? diagonal + 1 : diagonal - 1;
    const previousX = round === 0 ? 0 : at(reach, previous, round);
    const previousY = round === 0 ? 0 : previousX - previous;
    while (x > previousX && y > previousY) {
      x -= 1;
      y -= 1;
      changes.push(same(before[x] as string));
    }
    if (round === 0) break;
    changes.push(isAdded ? added(after[previousY] as string) : removed(before[previousX] as string));
    [x, y] = [previousX, previousY];
  }
  return changes.reverse();
}

/** How far each diagonal reaches before each round; undefined when there are too many rounds. */
function search(before: readonly string[], after: readonly string[]): Int32Array[] | undefined {
  const most = Math.min(before.length + after.length, DISTANCE_MAX);
  const rounds: Int32Array[] = [];
  let reach = new Int32Array(3);
  for (let round = 0; round <= most; round++) {
    rounds.push(reach);
    const next = new Int32Array(2 * round + 5);
    for (let diagonal = -round; diagonal <= round; diagonal += 2) {
      let x = round === 0 ? 0 : furthest(reach, diagonal, round);
      let y = x - diagonal;
      while (x < before.length && y < after.length && before[x] === after[y]) {
        x += 1;
        y += 1;
      }
      next[diagonal + round + 1] = x;
      if (x >= before.length && y >= after.length) return rounds;
    }
    reach = next;
  }
  return undefined;
}

/** What the round before reached on a diagonal. */
function at(reach: Int32Array, diagonal: number, round: number): number {
  return reach[diagonal + round] ?? 0;
}

function comesFromAbove(reach: Int32Array, diagonal: number, round: number): boolean {
  return diagonal === -round || (diagonal !== round && at(reach, diagonal - 1, round) < at(reach, diagonal + 1, round));
}

function furthest(reach: Int32Array, diagonal: number, round: number): number {
  return comesFromAbove(reach, diagonal, round) ? at(reach, diagonal + 1, round) : at(reach, diagonal - 1, round) + 1;
}

/** Lines of a text; one without a line end at the end says so, as in diff's output. */
function linesOf(text: string): string[] {
  const lines = text.split("\n");
  const last = lines.pop() as string;
  return last === "" ? lines : [...lines, `${last}\n\\ No newline at end of file`];
}

const marks = { same: " ", removed: "-", added: "+" } as const;

/** The change of a file as `diff -u` shows it; empty without any. */
export function unifiedDiff(file: string, before: string, after: string): string {
  if (before === after) return "";
  const changes = lineChanges(linesOf(before), linesOf(after));
  const hunks = hunksOf(changes).map(([from, to]) => hunkText(changes, from, to));
  return `--- ${file}\n+++ ${file}\n${hunks.join("")}`;
}

/** Ranges of changes with the lines around them; those that touch are one. */
function hunksOf(changes: readonly LineChange[]): (readonly [from: number, to: number])[] {
  const hunks: [number, number][] = [];
  for (const [index, { kind }] of changes.entries()) {
    if (kind === "same") continue;
    const [from, to] = [Math.max(0, index - CONTEXT_LINES), Math.min(changes.length, index + CONTEXT_LINES + 1)];
    const last = hunks.at(-1);
    if (last && from <= last[1]) last[1] = to;
    else hunks.push([from, to]);
  }
  return hunks;
}

function hunkText(changes: readonly LineChange[], from: number, to: number): string {
  const lines = changes.slice(from, to).map(({ kind, line }) => `${marks[kind]}${line}\n`);
  return `@@ -${place(changes, "removed", from, to)} +${place(changes, "added", from, to)} @@\n${lines.join("")}`;
}

/** `line,count` of a hunk in one of the texts. */
function place(changes: readonly LineChange[], kind: "removed" | "added", from: number, to: number): string {
  const isOf = (change: LineChange): boolean => change.kind === "same" || change.kind === kind;
  const before = changes.slice(0, from).filter(isOf).length;
  const count = changes.slice(from, to).filter(isOf).length;
  return `${count === 0 ? before : before + 1}${count === 1 ? "" : `,${count}`}`;
}
