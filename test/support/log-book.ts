import { type Applied, type Command, encodeCommand, StateMachine } from "#core/fsm";
import { Store } from "#core/store";

/** A state machine fed by hand: every command becomes an entry at the next index, one second later. */
export interface LogBook {
  readonly machine: StateMachine;
  readonly store: Store;
  readonly entries: readonly Uint8Array[];
  apply(command: Command): Applied;
}

const START_MS = 1_700_000_000_000;

export function logBook(): LogBook {
  const machine = new StateMachine(new Store());
  const entries: Uint8Array[] = [];
  return {
    machine,
    store: machine.store,
    entries,
    apply(command) {
      const bytes = encodeCommand(command, { timeMs: START_MS + entries.length * 1000, seed: 1, requestId: "" });
      entries.push(bytes);
      return machine.apply(entries.length, bytes);
    },
  };
}

/** Replays entries into a fresh state machine. */
export function applyAll(entries: readonly Uint8Array[]): Store {
  const machine = new StateMachine(new Store());
  entries.forEach((bytes, at) => machine.apply(at + 1, bytes));
  return machine.store;
}
