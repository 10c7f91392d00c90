/** Failed: it stopped answering. Left: it said goodbye. */
export type MemberState = "alive" | "suspect" | "failed" | "left";

export type Tags = Readonly<Record<string, string>>;

/** What one member knows about another. Of two pieces of news the one with the higher incarnation wins. */
export interface Member {
  readonly name: string;
  readonly address: string;
  readonly tags: Tags;
  readonly incarnation: number;
  readonly state: MemberState;
  /** When this state was learnt, on the own clock. */
  readonly sinceMs: number;
}

export function isReachable(member: Member): boolean {
  return member.state === "alive" || member.state === "suspect";
}

export function equalTags(left: Tags, right: Tags): boolean {
  const keys = Object.keys(left);
  return keys.length === Object.keys(right).length && keys.every((key) => left[key] === right[key]);
}
