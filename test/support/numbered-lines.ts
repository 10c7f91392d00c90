/** A program whose missing lines show. 1 MB/s in all: each of eight tasks writes 64 lines of 64 bytes, 32 times a second. */
export const NUMBERED_LINES = `let line = 0;
setInterval(() => {
  if (process.stdout.writableLength > 16 << 20) process.exit(70); // nobody reads any more
  let text = "";
  for (let count = 0; count < 64; count++) text += String(++line).padStart(63, "0") + "\\n";
  process.stdout.write(text);
}, 31);`;

/** How many whole lines a text of that program has; throws at the first that is not the number after the one before. */
export function contiguousLines(text: string, what: string): number {
  const lines = text.slice(0, Math.max(0, text.lastIndexOf("\n"))).split("\n");
  for (const [index, line] of lines.entries()) {
    if (Number(line) !== index + 1 || line.length !== 63)
      throw new Error(`${what}, line ${index + 1}: ${JSON.stringify(lines.slice(index - 1, index + 2))}`);
  }
  return lines.length;
}
