import { show } from "../format/default.ts";
import { sprintf } from "../format/printf.ts";
import { quote } from "../format/quote.ts";
import type { Session } from "../engine/session.ts";
import type { TemplateFunction } from "../language/function.ts";
import { byteLength } from "../values/bytes.ts";
import { sortedEntries } from "../values/order.ts";
import { GoMap, List, Struct, type Value, typeName } from "../values/value.ts";
import { group, text } from "./define.ts";

const f = group("Debugging", "local");
const DEPTH_MAX = 50;

/** A value with its types, one element a line. */
function dump(value: Value, depth: number): string {
  if (value == null) return "(interface {}) <nil>";
  const pad = " ".repeat(depth);
  const inner = " ".repeat(depth + 1);
  if (depth > DEPTH_MAX) return "...";
  if (typeof value === "string") return `(string) (len=${byteLength(value)}) ${quote(value)}`;
  if (value instanceof List) {
    const lines = value.items.map((item) => `${inner}${dump(item, depth + 1)}`);
    const head = `(${typeName(value)}) (len=${value.items.length} cap=${value.items.length}) {`;
    return `${head}\n${lines.join(",\n")}${lines.length > 0 ? "\n" : ""}${pad}}`;
  }
  if (value instanceof GoMap) {
    const lines = sortedEntries(value).map(
      ([key, item]) => `${inner}${dump(key, depth + 1)}: ${dump(item, depth + 1)}`,
    );
    return `(${typeName(value)}) (len=${value.entries.size}) {\n${lines.join(",\n")}${lines.length > 0 ? "\n" : ""}${pad}}`;
  }
  if (value instanceof Struct && value.type.show === undefined) {
    const lines = value.type.fields.map((name) => `${inner}${name}: ${dump(value.values[name], depth + 1)}`);
    return `(${typeName(value)})({\n${lines.join(",\n")}\n${pad}})`;
  }
  return `(${typeName(value)}) ${show(value)}`;
}

/** spew's `%#v` names the type before the value; its other verbs are Go's. */
function format(pattern: string, args: readonly Value[]): string {
  const shown = args.map((arg, index) => {
    const isTyped = verbAt(pattern, index) === "%#v" && arg != null;
    return isTyped ? `(${typeName(arg)})${show(arg)}` : arg;
  });
  return sprintf(pattern.replaceAll("%#v", "%v"), shown);
}

function verbAt(pattern: string, index: number): string | undefined {
  return pattern.match(/%[-+# 0]*[0-9]*(?:\.[0-9]+)?[a-zA-Z]/g)?.[index];
}

function print(session: Session, made: string): string {
  if (session.printed.length + made.length <= session.limits.outputMax) session.printed += made;
  return "";
}

export const spewFunctions: readonly TemplateFunction[] = [
  f("spew_dump", "any...", "string", "prints the values with their types to standard output", (args, session) =>
    print(session, args.map((arg) => `${dump(arg, 0)}\n`).join("")),
  ),
  f("spew_sdump", "any...", "string", "the values with their types", (args) =>
    args.map((arg) => `${dump(arg, 0)}\n`).join(""),
  ),
  f("spew_printf", "string; any...", "string", "prints to standard output", ([pattern, ...args], session) =>
    print(session, format(text(pattern), args)),
  ),
  f("spew_sprintf", "string; any...", "string", "formats; %#v names types", ([pattern, ...args]) =>
    format(text(pattern), args),
  ),
];
