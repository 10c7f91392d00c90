import { expect, test } from "vitest";
import { compileRegex, type Regex } from "./mod.ts";

function regex(pattern: string): Regex {
  const compiled = compileRegex(pattern);
  if (!compiled.ok) throw new Error(compiled.failure.message);
  return compiled.value;
}

test("leftmost-first matching with groups, as RE2 and Perl", () => {
  expect(regex("a(b|bc)(c?)").find("xabcx")).toEqual([1, 4, 2, 3, 3, 4]);
  expect(regex("(a|ab)(c|bcd)(d*)").find("abcd")).toEqual([0, 4, 0, 1, 1, 4, 4, 4]);
  expect(regex("a+?").find("aaa")).toEqual([0, 1]);
  expect(regex("(?U)a+").find("aaa")).toEqual([0, 1]);
  expect(regex("x*").findAll("axb")).toEqual([
    [0, 0],
    [1, 2],
    [3, 3],
  ]);
  expect(regex("(?P<year>\\d{4})-(?<month>\\d\\d)").replaceAll("on 2024-02", "${month}/$year$$")).toBe("on 02/2024$");
});

test("classes, anchors, flags and escapes", () => {
  const cases: [string, string, boolean][] = [
    ["^[[:alpha:]_][\\w-]*$", "web-1", true],
    ["^[^\\d\\s]+$", "ab1", false],
    ["(?i)STRASSE", "strasse", true],
    ["(?i)k", "\u212a", true],
    ["(?m)^b$", "a\nb\nc", true],
    ["^b$", "a\nb\nc", false],
    ["\\bfoo\\b", "a foo.", true],
    ["\\p{Greek}+", "λόγος", true],
    ["\\pL{3}", "éèê", true],
    ["\\Qa.b\\E", "axb", false],
    ["a{2,3}$", "aaaa", true],
    ["^a{2,3}$", "aaaa", false],
    ["\\x41\\x{1F600}", "A😀", true],
    [".", "😀", true],
    ["^.$", "😀", true],
    ["", "", true],
    ["(|a)+", "aaa", true],
    ["(a*)*b", "aab", true],
  ];
  for (const [pattern, text, matches] of cases)
    expect(regex(pattern).test(text), `${pattern} on ${text}`).toBe(matches);
});

test("what RE2 does not know is refused with a reason", () => {
  const reason = (pattern: string): string => {
    const compiled = compileRegex(pattern);
    return compiled.ok ? "accepted" : compiled.failure.message;
  };
  for (const pattern of [
    "(",
    ")",
    "[a",
    "a**",
    "*",
    "(?=a)",
    "(?<!a)",
    "\\1",
    "a{1001}",
    "[z-a]",
    "\\p{Nope}",
    "a\\",
    "\\C",
  ])
    expect(reason(pattern), pattern).toContain("error parsing regexp");
});

test("time is linear where backtracking engines need for ever", () => {
  const text = "a".repeat(20_000);
  expect(regex("(a*)*b").test(text)).toBe(false);
  expect(regex("(x+x+)+y").test("x".repeat(20_000))).toBe(false);
  expect(regex("(a|aa)+$").test(`${text}b`)).toBe(false);
});
