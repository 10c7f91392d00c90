import type { FileWrite, Session } from "../engine/session.ts";
import type { TemplateFunction } from "../language/function.ts";
import type { Param } from "../language/function.ts";
import { sortedEntries } from "../values/order.ts";
import { GoMap, List, type Method, Struct, type StructType, type Value } from "../values/value.ts";
import { formatTime } from "../format/time-layout.ts";
import { utcMoment } from "./time-value.ts";
import { group, refuse, text } from "./define.ts";

const f = group("Environment and state", "local");
const denied = group("Environment and state", "local", true);

function environment(session: Session, name: Value): string {
  return session.host.environment.get(text(name)) ?? "";
}

const params = (...list: Param[]): readonly Param[] => list;

function scratchMethod(list: readonly Param[], call: (session: Session, args: readonly Value[]) => Value): Method {
  return { params: list, call: (self: Struct, args: readonly Value[]) => call(self.inner as Session, args) };
}

/** The map under a name, made when absent. */
function mapAt({ scratch }: Session, name: string): GoMap {
  const found = scratch.get(name);
  if (found !== undefined && !(found instanceof GoMap)) return refuse(`${JSON.stringify(name)} is not a map`);
  const made = found ?? new GoMap();
  scratch.set(name, made);
  return made;
}

const scratchType: StructType = {
  name: "template.Scratch",
  isPointer: true,
  fields: [],
  methods: {
    Key: scratchMethod(params("string"), ({ scratch }, [key]) => scratch.has(text(key))),
    Get: scratchMethod(params("string"), ({ scratch }, [key]) => scratch.get(text(key)) ?? null),
    Set: scratchMethod(params("string", "any"), ({ scratch }, [key, value]) => {
      scratch.set(text(key), value);
      return "";
    }),
    SetX: scratchMethod(params("string", "any"), ({ scratch }, [key, value]) => {
      if (!scratch.has(text(key))) scratch.set(text(key), value);
      return "";
    }),
    MapSet: scratchMethod(params("string", "string", "any"), (session, [name, key, value]) => {
      mapAt(session, text(name)).set(key, value);
      return "";
    }),
    MapSetX: scratchMethod(params("string", "string", "any"), (session, [name, key, value]) => {
      const map = mapAt(session, text(name));
      if (!map.has(key)) map.set(key, value);
      return "";
    }),
    MapValues: scratchMethod(
      params("string"),
      (session, [name]) => new List(sortedEntries(mapAt(session, text(name))).map(([, value]) => value)),
    ),
  },
};

function executeTemplate(args: readonly Value[], session: Session): Value {
  const [name, data] = args;
  if (args.length < 1 || args.length > 2)
    return refuse(`executeTemplate: wrong number of arguments, expected 1 or 2, but got ${args.length}`);
  return session.executeTemplate(text(name), args.length === 2 ? data : undefined);
}

function plugin([command, ...args]: readonly Value[], { host }: Session): Value {
  const name = text(command);
  const outcome = host.runPlugin(name, args as readonly string[]);
  if (outcome.problem === undefined) return outcome.stdout.trim();
  return refuse(
    `exec ${JSON.stringify(name)}: ${outcome.problem}\n\nstdout:\n\n${outcome.stdout}\n\nstderr:\n\n${outcome.stderr}`,
  );
}

const writeFlags = ["create-dest-dirs", "append", "newline"];

/** Records the write; the service makes it when the pass has succeeded. */
function writeToFile(args: readonly Value[], session: Session): Value {
  const given = args as readonly string[];
  const [path = "", user = "", owners = "", mode = ""] = given;
  const flags = (given.length === 6 ? (given[4] as string) : "").split(",").filter((flag) => flag !== "");
  const content = given.at(-1) ?? "";
  if (given.length < 5 || given.length > 6)
    return refuse(`writeToFile: wrong number of arguments, expected 5 or 6, but got ${given.length}`);
  const unknown = flags.find((flag) => !writeFlags.includes(flag));
  if (unknown !== undefined) return refuse(`writeToFile: invalid flag ${JSON.stringify(unknown)}`);
  if (!/^[0-7]{1,12}$/.test(mode)) return refuse(`strconv.ParseUint: parsing ${JSON.stringify(mode)}: invalid syntax`);
  const problem = refusedOwner(session, user, owners);
  if (problem !== undefined) return refuse(problem);
  const write: FileWrite = {
    path,
    content: flags.includes("newline") && !content.endsWith("\n") ? `${content}\n` : content,
    user,
    group: owners,
    mode: Number.parseInt(mode, 8),
    createsFolders: flags.includes("create-dest-dirs"),
    appends: flags.includes("append"),
  };
  session.writes.push(write);
  return "";
}

function refusedOwner({ host }: Session, user: string, owners: string): string | undefined {
  return (
    (user === "" ? undefined : host.refuseOwner("user", user)) ??
    (owners === "" ? undefined : host.refuseOwner("group", owners))
  );
}

function timestamp(args: readonly Value[], { host }: Session): Value {
  if (args.length > 1) return refuse(`timestamp: wrong number of arguments, expected 0 or 1, but got ${args.length}`);
  const layout = args.length === 0 ? "2006-01-02T15:04:05Z07:00" : text(args[0]);
  return layout === "unix" ? String(Math.floor(host.nowMs / 1000)) : formatTime(utcMoment(host.nowMs), layout);
}

export const localFunctions: readonly TemplateFunction[] = [
  f("env", "string", "string", "a variable of the task's environment, empty when unset", ([name], session) =>
    environment(session, name),
  ),
  f(
    "mustEnv",
    "string",
    "string",
    "a variable of the environment that must be set and not empty",
    ([name], session) => {
      const value = environment(session, name);
      return value === "" ? refuse(`required environment variable ${text(name)} is empty`) : value;
    },
  ),
  f(
    "envOrDefault",
    "string; string",
    "string",
    "a variable of the environment, or the default when unset",
    ([name, other], session) => session.host.environment.get(text(name)) ?? other,
  ),
  f(
    "scratch",
    "",
    "*template.Scratch",
    "a store for the pass: Key, Get, Set, SetX, MapSet, MapSetX, MapValues",
    (_, session) => new Struct(scratchType, {}, session),
  ),
  f("timestamp", "string...", "string", "the time in UTC, by a Go layout or `unix`", timestamp),
  denied(
    "executeTemplate",
    "string; any...",
    "string",
    "the text of a template that the source defines",
    executeTemplate,
  ),
  denied("plugin", "string; string...", "string", "what a command prints", plugin),
  denied(
    "writeToFile",
    "string; string; string; string; string...",
    "string",
    "writes a file: path, user, group, mode, flags, content",
    writeToFile,
  ),
];
