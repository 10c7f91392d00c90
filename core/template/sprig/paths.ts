import type { Session } from "../engine/session.ts";
import { intValue, refuse, text } from "../functions/define.ts";
import { charge, matches, pattern } from "../functions/text.ts";
import { base32Encode, base64Encode, decodeOr } from "../functions/encoding.ts";
import type { TemplateFunction } from "../language/function.ts";
import { textOfBytes } from "../values/bytes.ts";
import { GoMap, strings, type Value } from "../values/value.ts";
import { sprig, textOf } from "./define.ts";

const p = sprig("paths");
const r = sprig("regular expressions");
const e = sprig("encoding");
const u = sprig("URLs");

/** The shortest path that names the same place. */
function clean(path: string): string {
  const isRooted = path.startsWith("/");
  const kept: string[] = [];
  for (const part of path.split("/")) {
    if (part === "" || part === ".") continue;
    if (part !== "..") kept.push(part);
    else if (kept.length > 0 && kept.at(-1) !== "..") kept.pop();
    else if (!isRooted) kept.push("..");
  }
  return `${isRooted ? "/" : ""}${kept.join("/")}` || (isRooted ? "/" : ".");
}

function base(path: string): string {
  if (path === "") return ".";
  const bare = path.replace(/\/+$/, "");
  return bare === "" ? "/" : bare.slice(bare.lastIndexOf("/") + 1);
}

function directory(path: string): string {
  return clean(path.slice(0, path.lastIndexOf("/") + 1));
}

function extension(path: string): string {
  const name = path.slice(path.lastIndexOf("/") + 1);
  return name.includes(".") ? name.slice(name.lastIndexOf(".")) : "";
}

const paths: readonly TemplateFunction[] = ["", "os"].flatMap((prefix) => {
  const name = (bare: string): string => (prefix === "" ? bare : prefix + bare.charAt(0).toUpperCase() + bare.slice(1));
  return [
    p(name("base"), "string", "string", "the last element", ([path]) => base(text(path))),
    p(name("dir"), "string", "string", "all but the last element", ([path]) => directory(text(path))),
    p(name("clean"), "string", "string", "the shortest equal path", ([path]) => clean(text(path))),
    p(name("ext"), "string", "string", "the extension with its dot", ([path]) => extension(text(path))),
    p(name("isAbs"), "string", "bool", "whether it begins at the root", ([path]) => text(path).startsWith("/")),
  ];
});

function both(
  name: string,
  params: string,
  result: string,
  summary: string,
  call: (args: readonly Value[], session: Session) => Value,
) {
  const must = `must${name.charAt(0).toUpperCase()}${name.slice(1)}`;
  return [r(name, params, result, summary, call), r(must, params, result, summary, call)];
}

function limitOf(count: Value): number {
  const limit = intValue(count);
  return limit < 0 ? Number.POSITIVE_INFINITY : limit;
}

function findAll([source, value, count]: readonly Value[], session: Session): Value {
  const found = matches(pattern(text(source), session), text(value), session, limitOf(count));
  return strings(found.map(([start = 0, end = 0]) => text(value).slice(start, end)));
}

function split([source, value, count]: readonly Value[], session: Session): Value {
  const limit = limitOf(count);
  if (limit === 0) return strings([]);
  const parts: string[] = [];
  let at = 0;
  for (const [start = 0, end = 0] of matches(pattern(text(source), session), text(value), session)) {
    if (parts.length >= limit - 1) break;
    if (end === 0) continue;
    parts.push(text(value).slice(at, start));
    at = end;
  }
  return strings([...parts, text(value).slice(at)]);
}

const expressions: readonly TemplateFunction[] = [
  ...both(
    "regexMatch",
    "string; string",
    "bool",
    "whether the expression matches",
    ([source, value], session) => matches(pattern(text(source), session), text(value), session, 1).length > 0,
  ),
  ...both("regexFind", "string; string", "string", "the first match", ([source, value], session) => {
    const found = matches(pattern(text(source), session), text(value), session, 1)[0];
    return found === undefined ? "" : text(value).slice(found[0], found[1]);
  }),
  ...both("regexFindAll", "string; string; int", "[]string", "so many matches, -1 for all", findAll),
  ...both(
    "regexReplaceAll",
    "string; string; string",
    "string",
    "matches replaced, $1 for groups",
    ([source, value, to], session) => pattern(text(source), session).replaceAll(text(value), text(to), charge(session)),
  ),
  ...both(
    "regexReplaceAllLiteral",
    "string; string; string",
    "string",
    "matches replaced as written",
    ([source, value, to], session) =>
      pattern(text(source), session).replaceAllWith(text(value), () => text(to), charge(session)),
  ),
  ...both("regexSplit", "string; string; int", "[]string", "the parts between matches", split),
  r("regexQuoteMeta", "string", "string", "with the characters of expressions escaped", ([value]) =>
    text(value).replace(/[\\.+*?()|[\]{}^$]/g, "\\$&"),
  ),
];

function decoded(value: Value, kind: "base64" | "base32"): string {
  const made = decodeOr(text(value), kind);
  return typeof made === "string" ? made : textOfBytes(made);
}

const encodings: readonly TemplateFunction[] = [
  e("b64enc", "string", "string", "as base64", ([value]) => base64Encode(text(value))),
  e("b64dec", "string", "string", "from base64; what is wrong when it is none", ([value]) => decoded(value, "base64")),
  e("b32enc", "string", "string", "as base32", ([value]) => base32Encode(text(value))),
  e("b32dec", "string", "string", "from base32; what is wrong when it is none", ([value]) => decoded(value, "base32")),
];

const urlForm = /^(?:([A-Za-z][A-Za-z0-9+.-]*):)?(?:\/\/(?:([^/?#@]*)@)?([^/?#]*))?([^?#]*)(?:\?([^#]*))?(?:#(.*))?$/s;

function parseUrl(source: string): Value {
  const found = urlForm.exec(source);
  // oxlint-disable-next-line no-control-regex -- control characters make a URL malformed
  if (found === null || /[\u0000-\u001f\u007f]/.test(source))
    return refuse(`unable to parse url: parse ${JSON.stringify(source)}: invalid control character in URL`);
  const [, scheme = "", userinfo = "", host = "", path = "", query = "", fragment = ""] = found;
  const isOpaque = scheme !== "" && host === "" && path !== "" && !path.startsWith("/");
  const hostname = host.replace(/:\d*$/, "").replace(/^\[(.*)\]$/, "$1");
  return new GoMap(undefined, [
    ["scheme", scheme.toLowerCase()],
    ["host", host],
    ["hostname", hostname],
    ["query", query],
    ["opaque", isOpaque ? path : ""],
    ["fragment", fragment],
    ["path", isOpaque ? "" : path],
    ["userinfo", userinfo],
  ]);
}

function joinUrl(parts: GoMap): string {
  const part = (name: string): string => textOf(parts.entries.get(name) ?? "");
  const [scheme, host, user] = [part("scheme"), part("host"), part("userinfo")];
  const authority = host === "" && user === "" ? "" : `//${user === "" ? "" : `${user}@`}${host}`;
  const path = part("opaque") !== "" ? part("opaque") : part("path");
  const slash = authority !== "" && path !== "" && !path.startsWith("/") ? "/" : "";
  const [query, fragment] = [part("query"), part("fragment")];
  return `${scheme === "" ? "" : `${scheme}:`}${authority}${slash}${path}${query === "" ? "" : `?${query}`}${fragment === "" ? "" : `#${fragment}`}`;
}

export const sprigPaths: readonly TemplateFunction[] = [
  ...paths,
  ...expressions,
  ...encodings,
  u("urlParse", "string", "map[string]any", "the parts of a URL", ([source]) => parseUrl(text(source))),
  u("urlJoin", "map[string]interface {}", "string", "a URL of its parts", ([parts]) => joinUrl(parts as GoMap)),
];
