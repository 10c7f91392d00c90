import type { Buggify, Random } from "#core/base";

/** The rhythm of a pool (reference performance.md §2.3). All times in milliseconds. */
export interface GossipProfile {
  readonly probeIntervalMs: number;
  readonly probeTimeoutMs: number;
  readonly indirectProbes: number;
  readonly gossipIntervalMs: number;
  readonly gossipFanout: number;
  readonly pushPullIntervalMs: number;
  readonly retransmitMultiplier: number;
  readonly suspicionMultiplier: number;
  readonly suspicionMaxMultiplier: number;
  /** The worst local health; 0 switches Lifeguard's stretching of time-outs off. */
  readonly healthMax: number;
  /** A suspect is told so by whoever probes it or hears from it, and can refute at once (Lifeguard's buddy system). */
  readonly tellsSuspects: boolean;
  /** Failed members still get gossip for this long, so that they learn of it and refute. */
  readonly gossipToTheDeadMs: number;
  readonly reconnectIntervalMs: number;
  readonly reconnectTimeoutMs: number;
  readonly tombstoneTimeoutMs: number;
}

const hourMs = 3_600_000;

export const lanProfile: GossipProfile = {
  probeIntervalMs: 1_000,
  probeTimeoutMs: 500,
  indirectProbes: 3,
  gossipIntervalMs: 200,
  gossipFanout: 3,
  pushPullIntervalMs: 30_000,
  retransmitMultiplier: 4,
  suspicionMultiplier: 4,
  suspicionMaxMultiplier: 6,
  healthMax: 8,
  tellsSuspects: true,
  gossipToTheDeadMs: 30_000,
  reconnectIntervalMs: 30_000,
  reconnectTimeoutMs: 24 * hourMs,
  tombstoneTimeoutMs: 24 * hourMs,
};

export const wanProfile: GossipProfile = {
  ...lanProfile,
  probeIntervalMs: 5_000,
  probeTimeoutMs: 3_000,
  gossipIntervalMs: 500,
  gossipFanout: 4,
  pushPullIntervalMs: 60_000,
  suspicionMultiplier: 6,
  gossipToTheDeadMs: 60_000,
  reconnectTimeoutMs: 72 * hourMs,
};

/** SWIM without Lifeguard, to measure what Lifeguard is worth. */
export function withoutLifeguard(profile: GossipProfile): GossipProfile {
  return { ...profile, healthMax: 0, tellsSuspects: false, suspicionMaxMultiplier: 1 };
}

/** One synchronous AEAD; nonces are the implementation's business. `open` answers undefined for foreign bytes. */
export interface GossipCipher {
  seal(key: Uint8Array, plain: Uint8Array): Uint8Array;
  open(key: Uint8Array, sealed: Uint8Array): Uint8Array | undefined;
}

export interface GossipOptions {
  readonly name: string;
  readonly address: string;
  readonly tags: Readonly<Record<string, string>>;
  /** Pools with different labels ignore each other. */
  readonly label: string;
  readonly profile: GossipProfile;
  readonly random: Random;
  readonly cipher?: GossipCipher | undefined;
  /** The first key seals, every key opens; empty without encryption. */
  readonly keys?: readonly Uint8Array[] | undefined;
  /** A number above any that this name used before (kept on disk by the service), so that old news about it loses. */
  readonly incarnation?: number | undefined;
  /** Rare courses that a simulation takes on purpose; absent in production. */
  readonly buggify?: Buggify | undefined;
}

/** Bytes of a datagram, headers of the network below it excluded. */
export const PACKET_BYTES_MAX = 1_400;
export const NAME_BYTES_MAX = 128;
export const TAGS_BYTES_MAX = 512;
export const USER_EVENT_BYTES_MAX = 512;
export const QUERY_BYTES_MAX = 1_024;
export const MEMBERS_MAX = 16_384;
