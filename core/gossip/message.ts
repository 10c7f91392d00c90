import type { Tags } from "./member.ts";

export interface Ping {
  readonly type: "ping";
  readonly sequence: number;
  /** Whom the sender means: another server at the same address does not answer. */
  readonly target: string;
}

export interface Ack {
  readonly type: "ack";
  readonly sequence: number;
}

/** A helper says that the target did not answer it either: the asker knows that its own line works (Lifeguard). */
export interface Nack {
  readonly type: "nack";
  readonly sequence: number;
}

export interface IndirectPing {
  readonly type: "indirect-ping";
  readonly sequence: number;
  readonly target: string;
  readonly address: string;
}

export interface Alive {
  readonly type: "alive";
  readonly name: string;
  readonly incarnation: number;
  readonly address: string;
  readonly tags: Tags;
}

export interface Suspect {
  readonly type: "suspect";
  readonly name: string;
  readonly incarnation: number;
  readonly from: string;
}

/** `from` is the name itself when a member leaves. */
export interface Dead {
  readonly type: "dead";
  readonly name: string;
  readonly incarnation: number;
  readonly from: string;
}

/** Told to every member once, ordered by Lamport time. */
export interface UserEvent {
  readonly type: "user-event";
  readonly time: number;
  readonly name: string;
  readonly payload: Uint8Array;
}

/** A question to every member; answers go straight to `address`. */
export interface Query {
  readonly type: "query";
  readonly time: number;
  readonly id: number;
  readonly from: string;
  readonly address: string;
  readonly name: string;
  readonly timeoutMs: number;
  readonly payload: Uint8Array;
}

export interface QueryResponse {
  readonly type: "query-response";
  readonly id: number;
  readonly from: string;
  readonly payload: Uint8Array;
}

export type News = Alive | Suspect | Dead | UserEvent | Query;
export type GossipMessage = Ping | Ack | Nack | IndirectPing | QueryResponse | News;

/** One member in a full exchange of state. */
export interface MemberRecord {
  readonly name: string;
  readonly address: string;
  readonly tags: Tags;
  readonly incarnation: number;
  readonly state: "alive" | "suspect" | "failed" | "left";
}

/** Both sides of a push/pull carry everything they know. */
export interface PushPull {
  readonly isJoin: boolean;
  readonly eventTime: number;
  readonly queryTime: number;
  readonly members: readonly MemberRecord[];
}
