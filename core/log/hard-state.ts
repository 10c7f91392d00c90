import { ByteView, TEXT_FIELD_BYTES } from "./bytes.ts";

/** Term and vote, and how far this server must be brought before it may vote again (see core/raft). */
export interface StoredHardState {
  /** Counts the changes; of several copies the highest generation is the present one. */
  readonly generation: number;
  readonly term: number;
  readonly vote: string | undefined;
  readonly mustReach: number;
}

export const HARD_STATE_BYTES = 32 + TEXT_FIELD_BYTES;

/** No leader can bring a server past this: what was lost is of unknown extent, and it stays without a vote. */
export const MUST_REACH_NEVER = Number.MAX_SAFE_INTEGER;

export const initialHardState: StoredHardState = { generation: 0, term: 0, vote: undefined, mustReach: 0 };

export function writeHardState(view: ByteView, offset: number, state: StoredHardState): void {
  view.setU64(offset, state.generation);
  view.setU64(offset + 8, state.term);
  view.setU64(offset + 16, state.mustReach);
  view.setU64(offset + 24, state.vote === undefined ? 0 : 1);
  view.setText(offset + 32, state.vote ?? "");
}

export function readHardState(view: ByteView, offset: number): StoredHardState | undefined {
  const generation = view.u64(offset);
  const term = view.u64(offset + 8);
  const mustReach = view.u64(offset + 16);
  const vote = view.text(offset + 32);
  if (generation === undefined || term === undefined || mustReach === undefined || vote === undefined) return undefined;
  return { generation, term, mustReach, vote: view.u8(offset + 24) === 0 ? undefined : vote };
}

export function newerHardState(left: StoredHardState, right: StoredHardState | undefined): StoredHardState {
  return right !== undefined && right.generation > left.generation ? right : left;
}
