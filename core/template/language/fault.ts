import type { Failure } from "#core/base";
import { byteLength } from "../values/bytes.ts";

const MESSAGE_MAX = 2000;

/** Line from 1, column from 0 in bytes, as Go counts them. */
export function placeOf(source: string, position: number): { readonly line: number; readonly column: number } {
  const before = source.slice(0, position);
  const lineStart = before.lastIndexOf("\n") + 1;
  return { line: before.split("\n").length, column: byteLength(before.slice(lineStart)) };
}

export type FaultClass = "parse" | "execute" | "dependency";

/** Ends a parse or a pass; turned into a Failure by the engine. */
export class TemplateFault extends Error {
  readonly class: FaultClass;
  readonly position: number;
  /** What was expected, and the known name that was probably meant. */
  readonly hint: string | undefined;
  /** How much of the source is wrong, in UTF-16 units; undefined when that is for the source to tell. */
  readonly length: number | undefined;

  constructor(faultClass: FaultClass, message: string, position: number, hint?: string, length?: number) {
    super(message);
    this.class = faultClass;
    this.position = position;
    this.hint = hint;
    this.length = length;
  }
}

/** A function or method refuses its arguments: the message follows `error calling NAME: `. */
export class CallFault extends Error {}

/** The failure that a fault means for a source of this name. */
export function failureOfFault(fault: TemplateFault, source: string, file: string): Failure {
  const { line, column } = placeOf(source, fault.position);
  const message = fault.class === "dependency" ? fault.message : `${file}: ${fault.class}: ${fault.message}`;
  return {
    code: "invalid",
    message: message.length > MESSAGE_MAX ? `${message.slice(0, MESSAGE_MAX)}…` : message,
    place: { file, line, column: column + 1 },
    hint: fault.hint,
  };
}
