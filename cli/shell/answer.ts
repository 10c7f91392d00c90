import { answerText } from "#cli/render";
import { type Context, fail } from "./context.ts";

/** Prints the body of an answer as JSON, or as `-t` shapes it; the exit code. */
export function showAnswer(context: Context, body: string, prefix: string): number {
  const text = answerText(body, context.flags.text("t"));
  if (!text.ok) return fail(context, prefix, text.failure);
  context.io.out(`${text.value}\n`);
  return 0;
}
