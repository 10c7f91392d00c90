/**
 * Writes small WebAssembly modules by the names of the specification (WebAssembly Core Specification 2.0, chapter 5,
 * "Binary Format"), as far as this program uses them: one imported memory, functions of 32-bit integers.
 */

/** Value types. */
export const I32 = 0x7f;
export const I64 = 0x7e;

/** Instructions without an operand. */
export const op = {
  end: [0x0b],
  i32LessOrEqual: [0x4d],
  i32And: [0x71],
  i32Xor: [0x73],
  i32Add: [0x6a],
  i32Shl: [0x74],
  i32Shr: [0x76],
  i32Wrap: [0xa7],
  i64Shr: [0x88],
  i32Eqz: [0x45],
} as const;

export type Code = readonly number[];

/** Pieces of code one behind the other. */
export const code = (...parts: readonly Code[]): Code => parts.flat();

/** A number as LEB128, unsigned. */
function unsigned(value: number): Code {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...unsigned(value >>> 7)];
}

/** A number as LEB128, signed. */
function signed(value: number): Code {
  return value >= -0x40 && value < 0x40 ? [value & 0x7f] : [(value & 0x7f) | 0x80, ...signed(value >> 7)];
}

export const i32 = (value: number): Code => [0x41, ...signed(value)];
export const i64 = (value: number): Code => [0x42, ...signed(value)];
export const get = (local: number): Code => [0x20, ...unsigned(local)];
export const set = (local: number): Code => [0x21, ...unsigned(local)];
export const tee = (local: number): Code => [0x22, ...unsigned(local)];

/** Loads take their address from the stack and add `offset`; no alignment is promised. */
export const load32 = (offset: number): Code => [0x28, 0, ...unsigned(offset)];
export const load64 = (offset: number): Code => [0x29, 0, ...unsigned(offset)];
export const load8 = (offset: number): Code => [0x2d, 0, ...unsigned(offset)];

/** Repeats `body` for as long as `condition` leaves anything but 0 on the stack. */
export function whileLoop(condition: Code, body: Code): Code {
  const [block, loop, branch, branchIf, empty] = [0x02, 0x03, 0x0c, 0x0d, 0x40];
  const leave = code(condition, op.i32Eqz, [branchIf, 1]);
  return code([block, empty, loop, empty], leave, body, [branch, 0], op.end, op.end);
}

export interface WasmFunction {
  readonly name: string;
  /** All of type I32, as is the result. */
  readonly parameters: number;
  /** Types of the local variables; they are numbered after the parameters. */
  readonly locals: Code;
  readonly body: Code;
}

const MAGIC = [0x00, 0x61, 0x73, 0x6d];
const VERSION = [0x01, 0x00, 0x00, 0x00];
const FUNCTION_TYPE = 0x60;

/** A module that exports one function and imports its memory, of at least one page, as `host.memory`. */
export function wasmModule({ name, parameters, locals, body }: WasmFunction): Uint8Array<ArrayBuffer> {
  const [asFunction, asMemory, withoutMaximum] = [0x00, 0x02, 0x00];
  const type = code([FUNCTION_TYPE], vector(Array.from({ length: parameters }, () => [I32])), vector([[I32]]));
  const memory = code(text("host"), text("memory"), [asMemory, withoutMaximum], unsigned(1));
  const declared = vector(locals.map((local) => code(unsigned(1), [local])));
  const whole = code(declared, body, op.end);
  return new Uint8Array(
    code(
      MAGIC,
      VERSION,
      section(1, [type]),
      section(2, [memory]),
      section(3, [unsigned(0)]),
      section(7, [code(text(name), [asFunction], unsigned(0))]),
      section(10, [code(unsigned(whole.length), whole)]),
    ),
  );
}

/** Sections by their numbers: 1 types, 2 imports, 3 functions, 7 exports, 10 code. */
function section(id: number, items: readonly Code[]): Code {
  const content = vector(items);
  return code([id], unsigned(content.length), content);
}

function vector(items: readonly Code[]): Code {
  return code(unsigned(items.length), ...items);
}

/** ASCII only. */
function text(name: string): Code {
  return [...unsigned(name.length), ...Array.from(name, (character) => character.charCodeAt(0))];
}
