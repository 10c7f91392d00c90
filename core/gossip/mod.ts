/**
 * Membership by gossip: SWIM (Das, Gupta, Motivala 2002) with Lifeguard (Dadgar, Phillips, Currey 2018), as one
 * synchronous function: events in, effects out. Datagrams carry probes and piggybacked news, streams carry full states.
 *
 * A service makes `new Gossip(options, nowMs)`, carries out `start()` and the effects of every `step(event, nowMs)`, and
 * hands in what arrives. Nothing that arrives makes it throw; what is not of this pool is dropped and counted.
 */
export type { GossipEffect, GossipEvent, MemberNews } from "./effect.ts";
export { decodePacket, decodePushPull, encodeMessage, encodePacket, encodePushPull, type Packet } from "./codec.ts";
export { Gossip } from "./gossip.ts";
export type { KeyRing } from "./key-ring.ts";
export { isReachable, type Member, type MemberState, type Tags } from "./member.ts";
export type { GossipMessage, MemberRecord, PushPull } from "./message.ts";
export {
  type GossipCipher,
  type GossipOptions,
  type GossipProfile,
  lanProfile,
  PACKET_BYTES_MAX,
  wanProfile,
  withoutLifeguard,
} from "./options.ts";
export { retransmitLimit } from "./broadcast-queue.ts";
export { suspicionBounds } from "./suspicion.ts";
