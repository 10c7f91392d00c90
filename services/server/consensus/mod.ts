/**
 * Drives Raft: carries out the effects that `core/raft` returns, feeds committed entries to the state machine, and
 * turns commands into entries and back into answers. The only writer of a region's state.
 */
export {
  Consensus,
  type ConsensusOptions,
  type ConsensusPorts,
  type Leadership,
  type Machine,
  type LogPort,
  type SnapshotPort,
  type Written,
} from "./consensus.ts";
export { readSnapshot, type SnapshotHead } from "./snapshot-format.ts";
