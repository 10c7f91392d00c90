import { answerText } from "#cli/render";
import { type Context, fail } from "./context.ts";

/** How an answer is shown that could not be: what stands before the reason, and what the answer's objects are. */
export interface Answer {
  readonly prefix?: string;
  /** The name of their type: a template that asks for a field they do not have fails with it. */
  readonly typeName?: string;
}

/**
 * Prints the body of an answer as JSON, or as `-t` shapes it; the exit code. A command with `-json` has `-t` by calling
 * this.
 */
export function showAnswer(context: Context, body: string, answer: Answer = {}): number {
  const { flags, io } = context;
  if (flags.bool("json") && flags.has("t")) {
    io.err("Both json and template formatting are not allowed\n");
    return 1;
  }
  const text = answerText(body, flags.text("t"), answer.typeName);
  if (!text.ok) return fail(context, answer.prefix ?? "", text.failure);
  io.out(`${text.value}\n`);
  return 0;
}
