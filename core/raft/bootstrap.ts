import { type Configuration, encodeConfiguration } from "./configuration.ts";
import type { RecoveredState } from "./options.ts";

/**
 * The state with which a new cluster begins: one configuration entry at index 1 of term 1. Every founding server
 * starts from the same configuration, byte for byte; a server that joins starts empty and learns it from its leader.
 */
export function bootstrap(configuration: Configuration): RecoveredState {
  return {
    hardState: { term: 1, vote: undefined, mustReach: 0 },
    snapshot: undefined,
    entries: [{ index: 1, term: 1, kind: "configuration", data: encodeConfiguration(configuration) }],
  };
}
