import { decodeBinary } from "#core/wire";
import { commandTypes } from "./commands.ts";
import { decodeEntry } from "./entry.ts";

/**
 * What a log entry says, for people: the command's name and its payload as JSON. Secret fields print themselves redacted, and
 * of a type that this version does not know nothing is shown, since it might be one.
 */
export function entryText(data: Uint8Array): string {
  const entry = decodeEntry(data);
  if (!entry.ok) return "cannot be read";
  const { type, payload } = entry.value;
  const known = Object.entries(commandTypes).find(([, command]) => command.number === type);
  if (known === undefined) return `type ${type}, unknown to this version, is not shown`;
  const [name, command] = known;
  const decoded = decodeBinary(command.payload as never, payload);
  return decoded.ok ? `${name} ${JSON.stringify(decoded.value)}` : `${name}, which cannot be read`;
}
