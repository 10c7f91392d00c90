import { expect, test } from "vitest";
import { Prng } from "#core/base";
import { unifiedDiff } from "#core/diff";
import { lineChanges } from "./line-diff.ts";

test("a change is shown with the lines around it", () => {
  const lines = Array.from({ length: 20 }, (_, index) => `line ${index + 1}`);
  const changed = lines.with(4, "line five").toSpliced(15, 1);
  expect(unifiedDiff("x.hcl", `${lines.join("\n")}\n`, changed.join("\n"))).toMatchInlineSnapshot(`
    "--- x.hcl
    +++ x.hcl
    @@ -2,7 +2,7 @@
     line 2
     line 3
     line 4
    -line 5
    +line five
     line 6
     line 7
     line 8
    @@ -13,8 +13,7 @@
     line 13
     line 14
     line 15
    -line 16
     line 17
     line 18
     line 19
    -line 20
    +line 20
    \\ No newline at end of file
    "
  `);
  expect(unifiedDiff("x.hcl", "a\n", "a\n")).toBe("");
  expect(unifiedDiff("x.hcl", "", "a\n")).toBe("--- x.hcl\n+++ x.hcl\n@@ -0,0 +1 @@\n+a\n");
});

test("whatever the texts, their lines are told from the changes, and none that both have in order is said to change", () => {
  const random = new Prng(3);
  const text = (): string[] => Array.from({ length: random.below(12) }, () => "abc".charAt(random.below(3)));
  for (let run = 0; run < 3000; run++) {
    const [before, after] = [text(), text()];
    const changes = lineChanges(before, after);
    const of = (kind: string) =>
      changes.filter((change) => change.kind === "same" || change.kind === kind).map(({ line }) => line);
    expect(of("removed")).toEqual(before);
    expect(of("added")).toEqual(after);
    expect(changes.filter(({ kind }) => kind === "same")).toHaveLength(commonLength(before, after));
  }
});

test("texts that have little in common are one replaced by the other", () => {
  const many = (name: string): string[] => Array.from({ length: 3000 }, (_, index) => `${name}${index}`);
  const changes = lineChanges(["same", ...many("a")], ["same", ...many("b")]);
  expect(changes.map(({ kind }) => kind).join()).toBe(
    ["same", ...many("").map(() => "removed"), ...many("").map(() => "added")].join(),
  );
});

/** The length of the longest list of lines that both have in order. */
function commonLength(left: readonly string[], right: readonly string[]): number {
  const best = Array.from({ length: left.length + 1 }, () => Array.from({ length: right.length + 1 }, () => 0));
  for (let x = left.length - 1; x >= 0; x--)
    for (let y = right.length - 1; y >= 0; y--)
      best[x]![y] = left[x] === right[y] ? best[x + 1]![y + 1]! + 1 : Math.max(best[x + 1]![y]!, best[x]![y + 1]!);
  return best[0]![0]!;
}
