import type { Flag } from "./flags.ts";
import type { Context } from "./context.ts";

/** What a command is; its help, completion and place in the list derive from it. */
export interface Command {
  /** `["job", "run"]`. */
  readonly path: readonly string[];
  /** Other names, each a path. */
  readonly aliases?: readonly (readonly string[])[];
  readonly summary: string;
  /** What follows the name: `[options] <path>`. */
  readonly usage: string;
  readonly help: string;
  readonly flags: readonly Flag[];
  /** Talks to an agent: takes the options that say which. */
  readonly usesApi: boolean;
  /** Options may stand behind its arguments too. */
  readonly takesLateOptions?: boolean;
  /** It ends in order at signals by itself; others are only told of the first Ctrl-C, and end at the second. */
  readonly handlesSignals?: boolean;
  /** Resolves with the exit code. */
  readonly run: (context: Context) => Promise<number>;
}

/** Options of every command that talks to an agent. */
export const apiFlags: readonly Flag[] = [
  {
    name: "address",
    type: "text",
    value: "addr",
    help: "Address of the agent. Also DROVER_ADDR or NOMAD_ADDR. Default http://127.0.0.1:4646.",
  },
  { name: "region", type: "text", value: "region", help: "Region to which the request is forwarded." },
  { name: "namespace", type: "text", value: "namespace", help: "Namespace; * for all, on lists." },
  { name: "token", type: "text", value: "token", help: "Token of the request." },
  { name: "no-color", type: "bool", help: "Writes without colour." },
  { name: "force-color", type: "bool", help: "Writes with colour even without a terminal." },
];

/** The whole help of a command. */
export function helpText(command: Command, program: string): string {
  const lines = [`Usage: ${program} ${command.path.join(" ")} ${command.usage}`.trimEnd(), "", indent(command.help, 2)];
  if (command.usesApi) lines.push("", "General Options:", "", ...apiFlags.map(flagHelp));
  if (command.flags.length > 0) lines.push("", "Options:", "", ...command.flags.map(flagHelp));
  return `${lines.join("\n").trimEnd()}\n`;
}

function flagHelp(flag: Flag): string {
  const value = flag.value === undefined ? "" : `=<${flag.value}>`;
  return `  -${flag.name}${value}\n${indent(flag.help, 4)}\n`;
}

function indent(text: string, width: number): string {
  return text
    .split("\n")
    .map((line) => (line === "" ? "" : " ".repeat(width) + line))
    .join("\n");
}
