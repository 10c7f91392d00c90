/** What a person who watches is told of. */
export const noticeKinds = [
  "begun",
  "resumed-by-successor",
  "weights",
  "routes",
  "applied",
  "measuring",
  "check",
  "further-check",
  "window-discarded",
  "waiting",
  "approved",
  "paused",
  "resumed",
  "skipped",
  "ignored",
  "withdrawing",
  "ended",
] as const;

export type NoticeKind = (typeof noticeKinds)[number];
