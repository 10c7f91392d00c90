/** Re-indents a compact JSON text as Go's json.MarshalIndent does: empty lists and objects stay closed. */
export function indentJson(compact: string, indent = "    "): string {
  const out: string[] = [];
  let depth = 0;
  let at = 0;
  const newline = (): string => `\n${indent.repeat(depth)}`;
  while (at < compact.length) {
    const mark = compact[at] as string;
    if (mark === '"') {
      const end = endOfString(compact, at);
      out.push(compact.slice(at, end));
      at = end;
      continue;
    }
    const next = compact[at + 1];
    if ((mark === "{" && next === "}") || (mark === "[" && next === "]")) {
      out.push(mark, next);
      at += 2;
      continue;
    }
    if (mark === "{" || mark === "[") {
      depth++;
      out.push(mark, newline());
    } else if (mark === "}" || mark === "]") {
      depth--;
      out.push(newline(), mark);
    } else if (mark === ",") out.push(mark, newline());
    else out.push(mark === ":" ? ": " : mark);
    at++;
  }
  return out.join("");
}

function endOfString(text: string, start: number): number {
  let at = start + 1;
  while (text[at] !== '"') at += text[at] === "\\" ? 2 : 1;
  return at + 1;
}
