import type { Stats } from "node:fs";
import type { AllocFileInfo } from "#core/model";

/** A file as the API shows it; `contentType` is only told of a single file. */
export function fileInfo(name: string, stats: Stats, contentType = ""): AllocFileInfo {
  return {
    name,
    isDir: stats.isDirectory(),
    size: stats.size,
    fileMode: modeText(stats),
    modTimeMs: Math.floor(stats.mtimeMs),
    contentType,
  };
}

/** A mode as Go prints it (`fs.FileMode.String`): kind letters, then nine permission letters. */
export function modeText(stats: Stats): string {
  const special = [stats.mode & 0o4000 ? "u" : "", stats.mode & 0o2000 ? "g" : "", stats.mode & 0o1000 ? "t" : ""].join(
    "",
  );
  const kind = kindLetters(stats) + special;
  const permissions = Array.from("rwxrwxrwx").map((letter, index) => (stats.mode & (0o400 >> index) ? letter : "-"));
  return (kind === "" ? "-" : kind) + permissions.join("");
}

function kindLetters(stats: Stats): string {
  if (stats.isDirectory()) return "d";
  if (stats.isSymbolicLink()) return "L";
  if (stats.isFIFO()) return "p";
  if (stats.isSocket()) return "S";
  if (stats.isCharacterDevice()) return "Dc";
  return stats.isBlockDevice() ? "D" : "";
}

const byExtension: Readonly<Record<string, string>> = {
  css: "text/css; charset=utf-8",
  gif: "image/gif",
  htm: "text/html; charset=utf-8",
  html: "text/html; charset=utf-8",
  jpeg: "image/jpeg",
  jpg: "image/jpeg",
  js: "text/javascript; charset=utf-8",
  json: "application/json",
  pdf: "application/pdf",
  png: "image/png",
  svg: "image/svg+xml",
  wasm: "application/wasm",
  webp: "image/webp",
  xml: "text/xml; charset=utf-8",
};

/** What a file holds, by its name, else by its first bytes: control characters do not occur in text. */
export function contentTypeOf(name: string, head: Uint8Array): string {
  const known = byExtension[/\.([A-Za-z0-9]+)$/.exec(name)?.[1]?.toLowerCase() ?? ""];
  if (known !== undefined) return known;
  return head.every(isTextByte) ? "text/plain; charset=utf-8" : "application/octet-stream";
}

function isTextByte(byte: number): boolean {
  return byte >= 0x20 || byte === 0x09 || byte === 0x0a || byte === 0x0c || byte === 0x0d || byte === 0x1b;
}
