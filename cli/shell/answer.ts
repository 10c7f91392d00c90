import { answerText } from "#cli/render";
import { type Context, fail } from "./context.ts";
import type { Flag } from "./flags.ts";

/** The options of every command that shows an answer: as it came, or as a Go template shapes it. */
export const answerFlags: readonly Flag[] = [
  { name: "json", type: "bool", help: "Prints the answer of the API." },
  { name: "t", type: "text", value: "template", help: "Formats the answer with a Go template." },
];

/** Whether the answer is wanted as it is, by `-json` or `-t`. */
export function wantsAnswer({ flags }: Context): boolean {
  return flags.bool("json") || flags.has("t");
}

/**
 * Prints the body of an answer as JSON, or as `-t` shapes it; the exit code. `prefix` stands before the reason when it
 * cannot be shown; with `typeName` a template that asks for a field that the answer's objects do not have is refused.
 */
export function showAnswer(context: Context, body: string, prefix = "", typeName?: string): number {
  const { flags, io } = context;
  if (flags.bool("json") && flags.has("t")) {
    io.err("Both json and template formatting are not allowed\n");
    return 1;
  }
  const text = answerText(body, flags.text("t"), typeName);
  if (!text.ok) return fail(context, prefix, text.failure);
  io.out(`${text.value}\n`);
  return 0;
}
