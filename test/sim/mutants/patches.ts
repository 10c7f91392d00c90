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
  /** What finds it: a seed that did, or a transcript. */
  readonly witness: SeedWitness | ScriptWitness;
}

export interface SeedWitness {
  readonly profile: "plain" | "membership" | "disk";
  readonly seed: number;
}

export interface ScriptWitness {
  readonly script: string;
}

const seed = (profile: SeedWitness["profile"], number: number): SeedWitness => ({ profile, seed: number });
const script = (name: string): ScriptWitness => ({ script: name });

const raft = "core/raft/";

export const mutants: readonly Mutant[] = [
  {
    name: "voteNoFsync",
    row: "R1",
    what: "a vote leaves before it is on disk",
    file: `${raft}election.js`,
    from: "server.sendAfterHardState(voteResponse(server, request, granted, server.term));",
    to: "server.send(voteResponse(server, request, granted, server.term));",
    witness: seed("plain", 1),
  },
  {
    name: "ackBeforeFsync",
    row: "R2",
    what: "entries are acknowledged before they are on disk",
    file: `${raft}following.js`,
    from: 'server.sendAfterWrites({\n        type: "append-response",\n        from,\n        to,\n        term,\n        sequence,\n        accepted: true,',
    to: 'server.send({\n        type: "append-response",\n        from,\n        to,\n        term,\n        sequence,\n        accepted: true,',
    witness: seed("plain", 1),
  },
  {
    name: "commitOldTerm",
    row: "R3",
    what: "an entry of an older term commits by counting (figure 8)",
    file: `${raft}replication.js`,
    from: "server.log.termAt(index) !== server.term",
    to: "false",
    witness: script("figure-8"),
  },
  {
    name: "truncateStale",
    row: "R4",
    what: "any append cuts what follows it",
    file: `${raft}following.js`,
    from: "entry.index > server.commitIndex && server.log.termAt(entry.index) !== entry.term",
    to: "entry.index > server.commitIndex",
    witness: seed("plain", 1),
  },
  {
    name: "commitNoMin",
    row: "R5",
    what: "the follower commits further than the message proved",
    file: `${raft}following.js`,
    from: "followCommit(server, Math.min(request.commit, lastNew));",
    to: "followCommit(server, Math.min(request.commit, server.log.lastIndex));",
    witness: script("commit-bound"),
  },
  {
    name: "matchLast",
    row: "R6",
    what: "the follower confirms its whole log",
    file: `${raft}following.js`,
    from: "matchIndex: lastNew,",
    to: "matchIndex: server.log.lastIndex,",
    witness: seed("plain", 2),
  },
  {
    name: "staleVoteCounted",
    row: "R7",
    what: "votes of another campaign are counted",
    file: `${raft}election.js`,
    from: "if (response.round !== server.campaign.round)\n        return false;\n    if (response.preVote)",
    to: "if (!response.preVote)\n        return server.role === 'candidate';\n    if (response.preVote)",
    witness: script("stale-votes"),
  },
  {
    name: "changeBeforeNoop",
    row: "R8",
    what: "a leader changes members before its term is established, and two changes overlap",
    file: `${raft}membership.js`,
    from: 'if (server.configurations.index > server.commitIndex)\n        return "change-pending";',
    to: "",
    witness: seed("membership", 115),
  },
  {
    name: "configurationNotRolledBack",
    row: "R9",
    what: "a configuration survives the truncation of its entry",
    file: `${raft}following.js`,
    from: "server.configurations.truncateAfter(keep);",
    to: "",
    witness: seed("membership", 23),
  },
  {
    name: "noPreVote",
    row: "R11",
    what: "a server that hears a leader grants pre-votes",
    file: `${raft}election.js`,
    from: "!hearsLeader(server) &&",
    to: "",
    witness: script("partial-partition"),
  },
  {
    name: "noStepDown",
    row: "R11",
    what: "a leader without a quorum stays leader",
    file: `${raft}leading.js`,
    from: "if (!hasQuorum(server, leadership))",
    to: "if (false)",
    witness: script("former-leader"),
  },
  {
    name: "localRead",
    row: "R14",
    what: "a leader answers reads without asking a quorum",
    file: `${raft}leading.js`,
    from: "if (isQuorum(voters, (id) => id === server.id))",
    to: "if (true)",
    witness: seed("plain", 639),
  },
  {
    name: "readNoTermCheck",
    row: "R15",
    what: "reads are answered before the term's first entry is committed",
    file: `${raft}leading.js`,
    from: "server.commitIndex < leadership.noopIndex || !leadership.reads.canBegin",
    to: "!leadership.reads.canBegin",
    witness: seed("plain", 2),
  },
  {
    name: "readReuseRound",
    row: "R16",
    what: "a read joins a round that is already out",
    file: `${raft}read-rounds.js`,
    from: "this.#waiting.push(id);",
    to: "(this.#inRound.length > 0 ? this.#inRound : this.#waiting).push(id);",
    witness: script("read-round"),
  },
  {
    name: "ackWithoutOwnDisk",
    row: "R19",
    what: "the leader counts itself before its own disk has the entry, and applies it",
    file: `${raft}replication.js`,
    from: "id === server.id ? server.writes.durableIndex :",
    to: "id === server.id ? server.log.lastIndex :",
    witness: script("single-voter-disk"),
  },
  {
    name: "durableIgnoresTruncation",
    row: "R25",
    what: "a sync speaks for entries that replaced the ones it wrote",
    file: `${raft}writes.js`,
    from: "write.covers = Math.min(write.covers, index);",
    to: "void write;",
    witness: seed("plain", 712),
  },
  {
    name: "noLogCheck",
    row: "§5.4.1",
    what: "a vote ignores the candidate's log",
    file: `${raft}election.js`,
    from: "return server.log.isUpToDate(request.lastIndex, request.lastTerm);",
    to: "return true;",
    witness: seed("plain", 2),
  },
  {
    name: "doubleVote",
    row: "§5.2",
    what: "a server votes twice in a term",
    file: `${raft}election.js`,
    from: "return (server.vote === undefined || server.vote === request.from) &&",
    to: "return true &&",
    witness: seed("plain", 2),
  },
  {
    name: "votesAfterLoss",
    row: "R22",
    what: "a server that lost acknowledged entries votes and campaigns",
    file: "core/log/recover.js",
    from: "? { ...this.#hardState, mustReach: Math.max(mustReach, this.#highestSeen) }",
    to: "? this.#hardState",
    witness: seed("disk", 1),
  },
  {
    name: "damageIsTorn",
    row: "R22",
    what: "whatever cannot be read is called a torn tail",
    file: "core/log/scan.js",
    from: "said.offset > from &&",
    to: "false &&",
    witness: seed("disk", 1),
  },
  {
    name: "noSettleTail",
    row: "log",
    what: "what a dead process left in the cache is taken for durable",
    file: "core/log/writer.js",
    from: "this.#settleTail(recovery);",
    to: "",
    witness: seed("disk", 1),
  },
  {
    name: "slotsWithoutFolderSync",
    row: "log",
    what: "the file of the hard state is made and its name never synced",
    file: "core/log/writer.js",
    from: "if (isNew)\n            this.#disk.syncFolder();",
    to: "",
    witness: seed("disk", 646),
  },
  {
    name: "noSync",
    row: "log",
    what: "a batch is confirmed without a sync",
    file: "core/log/writer.js",
    from: "this.#disk.sync(this.#name);\n        if (this.#isSlotDirty)",
    to: "if (this.#isSlotDirty)",
    witness: seed("disk", 1),
  },
  {
    name: "seedIgnoresSegment",
    row: "log",
    what: "checksums do not know their segment: a recycled file's old records read as new",
    file: "core/log/segment.js",
    from: "/${identity.serverId}/${sequence}`",
    to: "/${identity.serverId}`",
    witness: seed("disk", 6),
  },
  {
    name: "removedDisturbs",
    row: "R10",
    what: "a non-voter campaigns",
    file: `${raft}election.js`,
    from: "if (configurations.isVoter(id))\n        return true;",
    to: "return true;",
    witness: script("removed-server"),
  },
  {
    name: "rememberedLeader",
    row: "R12",
    what: "a server refuses pre-votes because of a leader that it merely remembers",
    file: `${raft}election.js`,
    from: "server.nowMs - server.heardMs < server.electionMs",
    to: "true",
    witness: script("silent-leader"),
  },
  {
    name: "proposeWhileTransferring",
    row: "R13",
    what: "proposals are taken while leadership is handed over",
    file: `${raft}raft.js`,
    from: 'if (leadership.transfer !== undefined)\n        return reject(server, id, "transferring");',
    to: "",
    witness: script("transfer"),
  },
  {
    name: "changeWithoutTerm",
    row: "R8",
    what: "a leader changes members before an entry of its term is committed",
    file: `${raft}membership.js`,
    from: 'if (server.commitIndex < leadership.noopIndex)\n        return "term-not-established";',
    to: "",
    witness: script("membership-bug"),
  },
  {
    name: "demotedNeverCampaigns",
    row: "§4.2.2",
    what: "a leader whose uncommitted entry demotes it never campaigns again",
    file: `${raft}election.js`,
    from: "return configurations.index > commitIndex &&",
    to: "return false &&",
    witness: script("demoted-leader"),
  },
  {
    name: "lateTimerWins",
    row: "timers",
    what: "a late timer is served before the input that waits",
    file: `${raft}raft.js`,
    from: "if (!this.#isPostponed && lateMs > server.electionMs / 10)",
    to: "if (false)",
    witness: script("stall"),
  },
  {
    name: "snapshotKeepsLog",
    row: "R20",
    what: "a snapshot is installed over a log that contradicts it",
    file: `${raft}snapshot-receiving.js`,
    from: "server.log.termAt(snapshot.index) === snapshot.term",
    to: "server.log.termAt(snapshot.index) !== undefined",
    witness: seed("membership", 2),
  },
];
