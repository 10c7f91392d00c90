const TABLE_SIZE = 4096;
const SCORE_MAX = 18;

/** 10^x for x in [0, 1]: Math.pow alone would cost nine tenths of a scan. */
const powersOfTen = Float64Array.from({ length: TABLE_SIZE + 1 }, (_, index) => 10 ** (index / TABLE_SIZE));

export interface Fractions {
  readonly freeCpu: number;
  readonly freeMemory: number;
}

/** Whether allocations are packed onto few nodes or spread over many. */
export type Algorithm = "binpack" | "spread";

/** The placement score in [0, 1], to rank by: table precision (semantics §1, "ScoreFit"). */
export function rankFit(freeCpu: number, freeMemory: number, algorithm: Algorithm): number {
  return normalise(tablePower(freeCpu) + tablePower(freeMemory), algorithm);
}

/** The same score exactly, to report. */
export function exactFit({ freeCpu, freeMemory }: Fractions, algorithm: Algorithm): number {
  return normalise(10 ** freeCpu + 10 ** freeMemory, algorithm);
}

function tablePower(fraction: number): number {
  return powersOfTen[(Math.min(1, Math.max(0, fraction)) * TABLE_SIZE + 0.5) | 0] as number;
}

function normalise(total: number, algorithm: Algorithm): number {
  const score = algorithm === "binpack" ? 20 - total : total - 2;
  return Math.min(SCORE_MAX, Math.max(0, score)) / SCORE_MAX;
}
