import { escapeRegex } from "#core/values";
import { FunctionFault, type FunctionTable, type HclFunction } from "../scope.ts";
import { stringType } from "../type.ts";
import { boolValue, setValue, stringValue } from "../value.ts";
import { aString, define, nullable, textOf } from "./define.ts";
import { strictUtf8, toBase64 } from "./encoding.ts";
import { made } from "./strings.ts";

/** What the file functions need of the machine; paths are as the author wrote them. */
export interface FileAccess {
  /** The bytes of a file; undefined when there is none. */
  readonly read: (path: string) => Uint8Array | undefined;
  /** Whether there is a file; a folder is none. */
  readonly exists: (path: string) => boolean;
  /** All files below a folder, as paths relative to it with slashes. */
  readonly list: (folder: string) => readonly string[];
  readonly workingDirectory: string;
  readonly homeDirectory: string;
}

/** Path without `.`, `..` and doubled slashes, as Go's path.Clean. */
export function cleanPath(path: string): string {
  const rooted = path.startsWith("/");
  const kept: string[] = [];
  for (const part of path.split("/")) {
    if (part === "" || part === ".") continue;
    if (part !== "..") kept.push(part);
    else if (kept.length > 0 && kept.at(-1) !== "..") kept.pop();
    else if (!rooted) kept.push("..");
  }
  const joined = kept.join("/");
  return rooted ? `/${joined}` : joined || ".";
}

function baseName(path: string): string {
  const parts = path.split("/").filter((part) => part !== "");
  return parts.at(-1) ?? (path === "" ? "." : "/");
}

function directoryName(path: string): string {
  return cleanPath(path.slice(0, path.lastIndexOf("/") + 1));
}

function contents(files: FileAccess, path: string): Uint8Array {
  const bytes = files.read(expandHome(files, path));
  if (bytes === undefined) throw new FunctionFault(`no file exists at ${path}`, 0);
  return bytes;
}

function expandHome(files: FileAccess, path: string): string {
  if (path === "~") return files.homeDirectory;
  return path.startsWith("~/") ? `${files.homeDirectory}/${path.slice(2)}` : path;
}

/** A shell pattern with `*`, `?`, `[…]`, `{a,b}` and `**` as an expression for whole paths. */
export function globExpression(pattern: string): RegExp {
  let source = "";
  for (const [token] of pattern.matchAll(/\*\*\/|\*\*|\*|\?|\[[!^]?[^\]]+\]|[{},]|\\.|[^]/gu)) {
    if (token === "**/") source += "(?:[^/]+/)*";
    else if (token === "**") source += ".*";
    else if (token === "*") source += "[^/]*";
    else if (token === "?") source += "[^/]";
    else if (token === "{") source += "(?:";
    else if (token === "}") source += ")";
    else if (token === ",") source += "|";
    else if (token.startsWith("[") && token.length > 1) source += token.replace(/^\[!/, "[^").replaceAll("\\", "\\\\");
    else source += escapeRegex(token.replace(/^\\/, ""));
  }
  try {
    return new RegExp(`^${source}$`, "u");
  } catch {
    throw new FunctionFault(`invalid pattern ${JSON.stringify(pattern)}`, 1);
  }
}

/** The functions that read the file system; `files` is handed in by whoever may. */
export function fileFunctions(files: FileAccess): FunctionTable {
  const path = (apply: (path: string) => string): HclFunction =>
    define([aString("path")], ([value]) => stringValue(apply(textOf(value))));
  return new Map<string, HclFunction>([
    ["abspath", path((name) => cleanPath(name.startsWith("/") ? name : `${files.workingDirectory}/${name}`))],
    ["basename", path(baseName)],
    ["dirname", path(directoryName)],
    ["pathexpand", path((name) => expandHome(files, name))],
    [
      "file",
      define([aString("path")], ([value], budget) => {
        const text = strictUtf8(contents(files, textOf(value)));
        if (text === undefined) throw new FunctionFault("the file is not UTF-8; use filebase64 for its bytes", 0);
        return made(text, budget);
      }),
    ],
    [
      "filebase64",
      define([aString("path")], ([value], budget) => made(toBase64(contents(files, textOf(value))), budget)),
    ],
    ["fileexists", define([aString("path")], ([value]) => boolValue(files.exists(expandHome(files, textOf(value)))))],
    [
      "fileset",
      define([aString("path"), aString("pattern")], ([folder, pattern]) => {
        const glob = globExpression(textOf(pattern));
        const found = files.list(expandHome(files, textOf(folder))).filter((name) => glob.test(name));
        return setValue(found.map(stringValue), stringType);
      }),
    ],
  ]);
}

const names = ["abspath", "basename", "dirname", "pathexpand", "file", "filebase64", "fileexists", "fileset"];

/** In place of the file functions where a file is read for somebody else, such as by a server. */
export const disabledFileFunctions: FunctionTable = new Map(
  names.map((name) => {
    const refuse = (): never => {
      throw new FunctionFault("file functions are not available here; only the command line reads files");
    };
    return [name, define([], refuse, nullable("path"))] as const;
  }),
);
