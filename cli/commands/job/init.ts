import { existsSync, writeFileSync } from "node:fs";
import { err, failureOf } from "#core/base";
import { type Command, type Context, fail, failUsage } from "#cli/shell";

const DEFAULT_NAME = "example.nomad.hcl";

export const command: Command = {
  path: ["job", "init"],
  aliases: [["init"]],
  summary: "Create an example job file",
  usage: "[options] <filename>",
  help: `Writes an example job that runs here as it is. The default name is ${DEFAULT_NAME}.`,
  usesApi: false,
  flags: [
    { name: "list-templates", type: "bool", help: "Lists the templates that are kept in variables." },
    { name: "short", type: "bool", help: "Writes it without comments." },
    { name: "template", type: "text", value: "name", help: "Writes the job of a template that is kept in variables." },
  ],
  run,
};

const example = `# A job is what the region keeps running. This one serves a page over HTTP and needs nothing but Node.
job "example" {
  # "service" runs until it is stopped, "batch" until it is done.
  type = "service"

  # Tasks of a group run together on one node.
  group "web" {
    count = 1

    network {
      # A port of its own on the node, given to the task as NOMAD_PORT_http.
      port "http" {}
    }

    restart {
      attempts = 2
      interval = "30m"
      delay    = "15s"
      mode     = "fail"
    }

    task "server" {
      # raw_exec runs a command of the node without isolation.
      driver = "raw_exec"

      config {
        command = "NODE"
        args = [
          "-e",
          "require('http').createServer((_, answer) => answer.end('hello from ' + process.env.NOMAD_ALLOC_NAME + '\\\\n')).listen(process.env.NOMAD_PORT_http, () => console.log('listening on', process.env.NOMAD_PORT_http))",
        ]
      }

      resources {
        cpu    = 100 # MHz
        memory = 64  # MiB
      }
    }
  }
}
`;

async function run(context: Context): Promise<number> {
  const { args, flags, io } = context;
  if (args.length > 1) return failUsage(context, "This command takes no arguments or one: <filename>");
  if (flags.has("list-templates") || flags.has("template"))
    return fail(
      context,
      "",
      err("not_built", "Job templates are kept in variables, which are not built in this version").failure,
    );
  const name = args[0] ?? DEFAULT_NAME;
  if (existsSync(name)) {
    io.err(`Job '${name}' already exists\n`);
    return 1;
  }
  const text = example.replace("NODE", process.execPath.replaceAll("\\", "\\\\"));
  try {
    writeFileSync(name, flags.bool("short") ? withoutComments(text) : text);
  } catch (error) {
    return fail(context, "", err("io", `Failed to write '${name}': ${failureOf(error).message}`).failure);
  }
  io.out(`Example job file written to ${name}\n`);
  return 0;
}

function withoutComments(text: string): string {
  return text
    .split("\n")
    .filter((line) => !line.trim().startsWith("#"))
    .map((line) => line.replace(/ # .*$/, ""))
    .join("\n");
}
