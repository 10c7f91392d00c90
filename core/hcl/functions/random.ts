import { encodeBase64, hashSync } from "bcryptjs";
import { FunctionFault, type FunctionTable, type HclFunction } from "../scope.ts";
import { stringValue } from "../value.ts";
import { aNumber, aString, define, textOf, wholeOf } from "./define.ts";
import { toHex } from "#core/base";

/** Gives as many random bytes as asked for. */
export type RandomBytes = (count: number) => Uint8Array;

const COST_DEFAULT = 10;
/** 2^12 rounds take about a third of a second; more would break the time limit of a file. */
const COST_MAX = 12;

function bcrypt(random: RandomBytes, text: string, cost: number): string {
  if (cost < 4 || cost > COST_MAX) throw new FunctionFault(`the cost must be a whole number from 4 to ${COST_MAX}`, 1);
  const salt = encodeBase64(Array.from(random(16)), 16);
  return hashSync(text, `$2a$${String(cost).padStart(2, "0")}$${salt}`);
}

function uuidV4(random: RandomBytes): string {
  const bytes = random(16).slice();
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  return toHex(bytes).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

/** The functions whose result differs from run to run; `random` is handed in. */
export function randomFunctions(random: RandomBytes): FunctionTable {
  return new Map<string, HclFunction>([
    ["uuidv4", define([], () => stringValue(uuidV4(random)))],
    [
      "bcrypt",
      define(
        [aString("str")],
        ([text, cost, ...more], budget) => {
          if (more.length > 0) throw new FunctionFault("bcrypt takes no more than two arguments");
          budget.step(150_000);
          return stringValue(bcrypt(random, textOf(text), cost === undefined ? COST_DEFAULT : wholeOf(cost, 1)));
        },
        aNumber("cost"),
      ),
    ],
  ]);
}
