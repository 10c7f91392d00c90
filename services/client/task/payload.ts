import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, resolve, sep } from "node:path";
import { err, ok, type Result } from "#core/base";

/** Writes the payload of a dispatched job to `file` below the task's `local/`; it may not point outside of it. */
export function writePayload(local: string, file: string, payload: Uint8Array): Result<void> {
  const target = resolve(local, file);
  if (file === "" || !target.startsWith(local + sep))
    return err("invalid", `dispatch_payload.file "${file}" leaves local/`);
  try {
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, payload, { mode: 0o644 });
    return ok(undefined);
  } catch (cause) {
    return err("io", `cannot write dispatch_payload.file: ${(cause as Error).message}`, { cause: cause as Error });
  }
}
