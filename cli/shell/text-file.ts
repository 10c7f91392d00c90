import { readFileSync } from "node:fs";
import { failure, FailureError } from "#core/base";

/** The text of a file; throws what the disk says, and a failure with the line for bytes that are no UTF-8. */
export function readTextFile(path: string): string {
  const bytes = readFileSync(path);
  const text = bytes.toString("utf8");
  const again = Buffer.from(text);
  if (again.equals(bytes)) return text;
  const at = bytes.findIndex((byte, index) => byte !== again[index]);
  const line = bytes.subarray(0, at).filter((byte) => byte === 10).length + 1;
  throw new FailureError(
    failure("invalid", `line ${line} is not UTF-8 text`, { place: { file: path, line, column: 1 } }),
  );
}
