/** A historic bug as a text patch of one built file; it must match exactly once, so that it cannot rot unseen. */
export interface Mutant {
  readonly name: string;
  /** Row of the bug catalogue (reference/reliability.md §1.9), or what it is about. */
  readonly row: string;
  readonly what: string;
  /** Path under dist. */
  readonly file: string;
  readonly from: string;
  readonly to: string;
  /** A run that finds it: profile and the seeds to try, in order. */
  readonly witness: {
    readonly profile: "plain" | "membership" | "disk";
    readonly from: number;
    readonly count: number;
  };
}

const seeds = (profile: "plain" | "membership" | "disk", count: number, from = 1): Mutant["witness"] => ({
  profile,
  from,
  count,
});

const raft = "core/raft/";

export const mutants: readonly Mutant[] = [
  {
    name: "voteNoFsync",
    row: "R1",
    what: "a vote leaves before it is on disk",
    file: `${raft}election.js`,
    from: "server.sendAfterHardState(voteResponse(server, request, granted, server.term));",
    to: "server.send(voteResponse(server, request, granted, server.term));",
    witness: seeds("plain", 20),
  },
  {
    name: "ackBeforeFsync",
    row: "R2",
    what: "entries are acknowledged before they are on disk",
    file: `${raft}following.js`,
    from: 'server.sendAfterWrites({\n        type: "append-response",\n        from,\n        to,\n        term,\n        sequence,\n        accepted: true,',
    to: 'server.send({\n        type: "append-response",\n        from,\n        to,\n        term,\n        sequence,\n        accepted: true,',
    witness: seeds("plain", 20),
  },
  {
    name: "commitOldTerm",
    row: "R3",
    what: "an entry of an older term commits by counting (figure 8)",
    file: `${raft}replication.js`,
    from: "server.log.termAt(index) !== server.term",
    to: "false",
    witness: seeds("plain", 3000),
  },
  {
    name: "truncateStale",
    row: "R4",
    what: "any append cuts what follows it",
    file: `${raft}following.js`,
    from: "entry.index > server.commitIndex && server.log.termAt(entry.index) !== entry.term",
    to: "entry.index > server.commitIndex",
    witness: seeds("plain", 50),
  },
  {
    name: "commitNoMin",
    row: "R5",
    what: "the follower commits further than the message proved",
    file: `${raft}following.js`,
    from: "followCommit(server, Math.min(request.commit, lastNew));",
    to: "followCommit(server, Math.min(request.commit, server.log.lastIndex));",
    witness: seeds("plain", 3000),
  },
  {
    name: "matchLast",
    row: "R6",
    what: "the follower confirms its whole log",
    file: `${raft}following.js`,
    from: "matchIndex: lastNew,",
    to: "matchIndex: server.log.lastIndex,",
    witness: seeds("plain", 300),
  },
  {
    name: "staleVoteCounted",
    row: "R7",
    what: "votes of another campaign are counted",
    file: `${raft}election.js`,
    from: "if (response.round !== server.campaign.round)\n        return false;\n    if (response.preVote)",
    to: "if (!response.preVote)\n        return server.role === 'candidate';\n    if (response.preVote)",
    witness: seeds("plain", 2000),
  },
  {
    name: "changeBeforeNoop",
    row: "R8",
    what: "a leader changes members before its term is established, and two changes overlap",
    file: `${raft}membership.js`,
    from: 'if (server.configurations.index > server.commitIndex)\n        return "change-pending";',
    to: "",
    witness: seeds("membership", 3000),
  },
  {
    name: "configurationNotRolledBack",
    row: "R9",
    what: "a configuration survives the truncation of its entry",
    file: `${raft}following.js`,
    from: "server.configurations.truncateAfter(keep);",
    to: "",
    witness: seeds("membership", 500),
  },
  {
    name: "noPreVote",
    row: "R11",
    what: "a server that hears a leader grants pre-votes",
    file: `${raft}election.js`,
    from: "!hearsLeader(server) &&",
    to: "",
    witness: seeds("plain", 0),
  },
  {
    name: "noStepDown",
    row: "R11",
    what: "a leader without a quorum stays leader",
    file: `${raft}leading.js`,
    from: "if (!hasQuorum(server, leadership))",
    to: "if (false)",
    witness: seeds("plain", 2000),
  },
  {
    name: "localRead",
    row: "R14",
    what: "a leader answers reads without asking a quorum",
    file: `${raft}leading.js`,
    from: "if (isQuorum(voters, (id) => id === server.id))",
    to: "if (true)",
    witness: seeds("plain", 300),
  },
  {
    name: "readNoTermCheck",
    row: "R15",
    what: "reads are answered before the term's first entry is committed",
    file: `${raft}leading.js`,
    from: "server.commitIndex < leadership.noopIndex || !leadership.reads.canBegin",
    to: "!leadership.reads.canBegin",
    witness: seeds("plain", 1000),
  },
  {
    name: "readReuseRound",
    row: "R16",
    what: "a read joins a round that is already out",
    file: `${raft}read-rounds.js`,
    from: "this.#waiting.push(id);",
    to: "(this.#inRound.length > 0 ? this.#inRound : this.#waiting).push(id);",
    witness: seeds("plain", 3000),
  },
  {
    name: "ackWithoutOwnDisk",
    row: "R19",
    what: "the leader counts itself before its own disk has the entry, and applies it",
    file: `${raft}replication.js`,
    from: "id === server.id ? server.writes.durableIndex :",
    to: "id === server.id ? server.log.lastIndex :",
    witness: seeds("plain", 200),
  },
  {
    name: "durableIgnoresTruncation",
    row: "R25",
    what: "a sync speaks for entries that replaced the ones it wrote",
    file: `${raft}writes.js`,
    from: "write.covers = Math.min(write.covers, index);",
    to: "void write;",
    witness: seeds("plain", 3000),
  },
  {
    name: "noLogCheck",
    row: "§5.4.1",
    what: "a vote ignores the candidate's log",
    file: `${raft}election.js`,
    from: "return server.log.isUpToDate(request.lastIndex, request.lastTerm);",
    to: "return true;",
    witness: seeds("plain", 100),
  },
  {
    name: "doubleVote",
    row: "§5.2",
    what: "a server votes twice in a term",
    file: `${raft}election.js`,
    from: "return (server.vote === undefined || server.vote === request.from) &&",
    to: "return true &&",
    witness: seeds("plain", 100),
  },
  {
    name: "votesAfterLoss",
    row: "R22",
    what: "a server that lost acknowledged entries votes and campaigns",
    file: "core/log/recover.js",
    from: "? { ...this.#hardState, mustReach: Math.max(mustReach, this.#highestSeen) }",
    to: "? this.#hardState",
    witness: seeds("disk", 200),
  },
  {
    name: "damageIsTorn",
    row: "R22",
    what: "whatever cannot be read is called a torn tail",
    file: "core/log/scan.js",
    from: "said.offset > from &&",
    to: "false &&",
    witness: seeds("disk", 300),
  },
  {
    name: "noSettleTail",
    row: "log",
    what: "what a dead process left in the cache is taken for durable",
    file: "core/log/writer.js",
    from: "this.#settleTail(recovery);",
    to: "",
    witness: seeds("disk", 500),
  },
  {
    name: "slotsWithoutFolderSync",
    row: "log",
    what: "the file of the hard state is made and its name never synced",
    file: "core/log/writer.js",
    from: "if (isNew)\n            this.#disk.syncFolder();",
    to: "",
    witness: seeds("disk", 500),
  },
  {
    name: "noSync",
    row: "log",
    what: "a batch is confirmed without a sync",
    file: "core/log/writer.js",
    from: "this.#disk.sync(this.#name);\n        if (this.#isSlotDirty)",
    to: "if (this.#isSlotDirty)",
    witness: seeds("disk", 100),
  },
  {
    name: "seedIgnoresSegment",
    row: "log",
    what: "checksums do not know their segment: a recycled file's old records read as new",
    file: "core/log/segment.js",
    from: "/${identity.serverId}/${sequence}`",
    to: "/${identity.serverId}`",
    witness: seeds("disk", 500),
  },
];
