/** What every command stands on: Go-style options, help, streams, the client of the API, exit codes. */
export { answerFlags, showAnswer, wantsAnswer } from "./answer.ts";
export { apiFlags, type Command, helpText } from "./command.ts";
export { type Context, fail, failUsage, type Io, uiHint } from "./context.ts";
export { type Flag, Flags, parseFlags } from "./flags.ts";
export { runProcess } from "./main.ts";
export { runCommand, type Shell } from "./run.ts";
export { readTextFile } from "./text-file.ts";
