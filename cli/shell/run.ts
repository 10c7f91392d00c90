import { ApiClient } from "#core/api";
import { failureOf, product } from "#core/base";
import { apiFlags, type Command, helpText } from "./command.ts";
import type { Context, Io } from "./context.ts";
import { Flags, parseFlags } from "./flags.ts";
import { HttpTransport } from "./http-transport.ts";

const DEFAULT_ADDRESS = "http://127.0.0.1:4646";
const EXIT_USAGE = 1;

/** The process, as far as a command may see it. */
export interface Shell {
  readonly program: string;
  readonly io: Io;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly signal: AbortSignal;
}

/** Runs one command with its arguments; resolves with the exit code. */
export async function runCommand(command: Command, argv: readonly string[], shell: Shell): Promise<number> {
  if (argv.some((word) => word === "-h" || word === "-help" || word === "--help")) {
    shell.io.out(helpText(command, shell.program));
    return 0;
  }
  const known = command.usesApi ? [...apiFlags, ...command.flags] : command.flags;
  const parsed = parseFlags(argv, known, command.takesLateOptions);
  if (!parsed.ok) {
    shell.io.err(`${parsed.failure.message}\n`);
    shell.io.out(helpText(command, shell.program));
    return EXIT_USAGE;
  }
  const flags = new Flags(parsed.value.flags);
  const transport = new HttpTransport({
    address: addressOf(flags, shell),
    token: flags.text("token") ?? setting(shell, "TOKEN") ?? "",
  });
  try {
    return await command.run(contextOf(command, flags, parsed.value.args, transport, shell));
  } catch (error) {
    shell.io.err(
      `${product.name} has a bug: ${failureOf(error).message}\n${error instanceof Error ? (error.stack ?? "") : ""}\n`,
    );
    return EXIT_USAGE;
  } finally {
    transport.close();
  }
}

/** A setting from the environment: our own prefix first. */
function setting({ env }: Shell, name: string): string | undefined {
  for (const prefix of product.environmentPrefixes) {
    const value = env[prefix + name];
    if (value !== undefined && value !== "") return value;
  }
  return undefined;
}

function addressOf(flags: Flags, shell: Shell): string {
  return flags.text("address") ?? setting(shell, "ADDR") ?? DEFAULT_ADDRESS;
}

function contextOf(
  command: Command,
  flags: Flags,
  args: readonly string[],
  transport: HttpTransport,
  shell: Shell,
): Context {
  const namespace = flags.text("namespace") ?? setting(shell, "NAMESPACE") ?? "";
  const region = flags.text("region") ?? setting(shell, "REGION") ?? "";
  return {
    program: shell.program,
    command: command.path.join(" "),
    args,
    flags,
    io: shell.io,
    api: new ApiClient(transport, { region, namespace }),
    stream: (path, signal, onChunk) => transport.stream(path, signal, onChunk),
    send: (method, path, body) => transport.send({ method, path, body }),
    address: addressOf(flags, shell).replace(/\/$/, ""),
    namespace,
    env: shell.env,
    nowMs: () => Date.now(),
    sleep: (delayMs) => new Promise((resolve) => setTimeout(resolve, delayMs)),
    signal: shell.signal,
  };
}
