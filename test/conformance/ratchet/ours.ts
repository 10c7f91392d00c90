import { readFileSync } from "node:fs";
import { join } from "node:path";

type Kind = "api" | "cli" | "plan";

/** An answer that is deliberately ours: which, why, and the pattern that it must match. */
interface OwnAnswer {
  readonly kind: Kind;
  readonly case: string;
  readonly step: string;
  readonly reason: string;
  readonly pattern: string;
}

const path = join(import.meta.dirname, "../lists/ours.json");

export function ownAnswers(): readonly OwnAnswer[] {
  return JSON.parse(readFileSync(path, "utf8")) as OwnAnswer[];
}

export function isOurs(kind: Kind, name: string, step: string, answer: string): boolean {
  return ownAnswers().some(
    (own) => own.kind === kind && own.case === name && own.step === step && new RegExp(own.pattern, "s").test(answer),
  );
}
