import { type Mutant, pool } from "./mutant.ts";

export const gossipMutants: readonly Mutant[] = [
  {
    name: "oldNewsRevives",
    row: "gossip",
    what: "news of the same incarnation brings the dead back",
    file: "core/gossip/news.js",
    from: "if (news.incarnation <= known.incarnation)\n        return;",
    to: "if (news.incarnation < known.incarnation)\n        return;",
    witness: pool(1),
  },
  {
    name: "goodbyeIsDeath",
    row: "gossip",
    what: "who left is called failed",
    file: "core/gossip/news.js",
    from: 'news.from === news.name ? "left" : "failed"',
    to: '"failed"',
    witness: pool(1),
  },
  {
    name: "suspectForEver",
    row: "gossip",
    what: "suspicions never end",
    file: "core/gossip/news.js",
    from: 'hearDead(pool, { type: "dead", name, incarnation: suspicion.incarnation, from: pool.name });',
    to: "pool.suspicions.delete(name);",
    witness: pool(1),
  },
  {
    name: "deafToExchanges",
    row: "gossip",
    what: "a full exchange is sent and never merged",
    file: "core/gossip/exchange.js",
    from: "for (const record of members)\n        mergeMember(pool, record);",
    to: "void mergeMember;",
    witness: pool(4),
  },
  {
    name: "probesNobody",
    row: "gossip",
    what: "the same member is probed again and again",
    file: "core/gossip/prober.js",
    from: "this.#pool.names[this.#position++]",
    to: "this.#pool.names[0]",
    witness: pool(1),
  },
];
