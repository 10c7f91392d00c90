import type { Failure, Place } from "#core/base";
import { functionNames, functionTable } from "../functions/table.ts";
import { handlebarsFaults } from "../handlebars/check.ts";
import { checkTree } from "../language/check-tree.ts";
import { failureOfFault, placeOf, type TemplateFault } from "../language/fault.ts";
import type { Dialect } from "../language/function.ts";
import { defaultDelimiters, type Delimiters } from "../language/lexer.ts";
import { parseAll } from "../language/parser.ts";
import { defaultLimits } from "./limits.ts";

/** Something that is wrong with a source, and how much of its line is meant. */
export interface TemplateProblem {
  readonly message: string;
  readonly place: Place;
  /** In UTF-16 units, from 1, within the line. */
  readonly length: number;
  readonly hint: string | undefined;
}

/** All that can be said to be wrong with a template without its data, by place; at most a hundred problems. */
export function checkTemplate(
  source: string,
  options: { readonly file: string; readonly dialect: Dialect; readonly delimiters?: Delimiters },
): readonly TemplateProblem[] {
  const { file, dialect, delimiters = defaultDelimiters } = options;
  const limit = dialect === "handlebars" ? defaultLimits.handlebarsSourceMax : defaultLimits.sourceMax;
  if (source.length > limit) {
    const message = `${file}: parse: the template is longer than ${limit} characters`;
    return [{ message, place: { file, line: 1, column: 1 }, length: 1, hint: undefined }];
  }
  const faults = dialect === "handlebars" ? handlebarsFaults(source, file) : goFaults(source, delimiters);
  return faults
    .toSorted((left, right) => left.position - right.position)
    .map((fault) => problemAt(failureOfFault(fault, source, file), source, fault.length));
}

function goFaults(source: string, delimiters: Delimiters): readonly TemplateFault[] {
  const { tree, faults } = parseAll(source, delimiters, functionNames);
  return [...faults, ...checkTree(tree, functionTable)];
}

/** A failure with a place as a problem of its source; undefined when it has none. */
export function problemOf(failure: Failure, source: string): TemplateProblem | undefined {
  return failure.place === undefined ? undefined : problemAt(failure, source);
}

/** A problem at a place that is known by its position in the source. */
export function problemAtPosition(
  source: string,
  file: string,
  position: number,
  message: string,
  hint: string | undefined,
): TemplateProblem {
  const { line, column } = placeOf(source, position);
  return problemAt({ code: "invalid", message, hint, place: { file, line, column: column + 1 } }, source);
}

const wordAt =
  /"(?:[^"\\\n]|\\.)*"|`[^`\n]*`|'(?:[^'\\\n]|\\.)*'|[$.]?[\p{L}\p{Nd}_]+(?:\.[\p{L}\p{Nd}_]+)*|\{\{-?|-?\}\}/uy;

function problemAt({ message, place, hint }: Failure, source: string, length?: number): TemplateProblem {
  const { file, line, column } = place ?? { file: "", line: 1, column: 1 };
  const text = source.split("\n")[line - 1] ?? "";
  const start = unitOfByte(text, column - 1);
  wordAt.lastIndex = start;
  const shown = length ?? wordAt.exec(text)?.[0].length ?? 1;
  const fitting = Math.max(1, Math.min(shown, text.length - start));
  return { message, place: { file, line, column: start + 1 }, length: fitting, hint };
}

/** Columns of faults count bytes, as Go's do; a mark under a line needs characters. */
function unitOfByte(line: string, byte: number): number {
  let bytes = 0;
  let at = 0;
  while (at < line.length && bytes < byte) {
    const code = line.codePointAt(at) as number;
    bytes += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x1_0000 ? 3 : 4;
    at += code > 0xffff ? 2 : 1;
  }
  return at;
}
