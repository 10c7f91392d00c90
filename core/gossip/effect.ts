import type { Member } from "./member.ts";

/** What happened to a member, told to the service. */
export type MemberNews = "join" | "update" | "leave" | "fail" | "reap";

export type GossipEffect =
  /** A datagram, best effort. */
  | { readonly type: "send"; readonly to: string; readonly bytes: Uint8Array }
  /** Open a stream to `to`, send `bytes`, answer `stream-answer` with what comes back (nothing on failure). */
  | { readonly type: "stream"; readonly id: number; readonly to: string; readonly bytes: Uint8Array }
  /** The answer on a stream that was opened to here. */
  | { readonly type: "stream-reply"; readonly id: number; readonly bytes: Uint8Array }
  | { readonly type: "timer"; readonly atMs: number }
  | { readonly type: "member"; readonly news: MemberNews; readonly member: Member }
  /** Two servers use one name; the first one keeps it. */
  | { readonly type: "conflict"; readonly name: string; readonly address: string; readonly otherAddress: string }
  | { readonly type: "user-event"; readonly name: string; readonly time: number; readonly payload: Uint8Array }
  /** Answer with `respond` while it is open. */
  | {
      readonly type: "query";
      readonly id: number;
      readonly from: string;
      readonly address: string;
      readonly name: string;
      readonly payload: Uint8Array;
    }
  | { readonly type: "query-response"; readonly id: number; readonly from: string; readonly payload: Uint8Array }
  | { readonly type: "joined"; readonly address: string; readonly isOk: boolean }
  /** The goodbye has been told often enough: the service may stop. */
  | { readonly type: "left" };

export type GossipEvent =
  | { readonly type: "timer" }
  | { readonly type: "packet"; readonly from: string; readonly bytes: Uint8Array }
  | { readonly type: "stream-answer"; readonly id: number; readonly bytes: Uint8Array | undefined }
  | { readonly type: "stream-request"; readonly id: number; readonly bytes: Uint8Array }
  | { readonly type: "join"; readonly addresses: readonly string[] }
  | { readonly type: "leave" }
  | { readonly type: "tags"; readonly tags: Readonly<Record<string, string>> }
  | { readonly type: "respond"; readonly id: number; readonly address: string; readonly payload: Uint8Array };
