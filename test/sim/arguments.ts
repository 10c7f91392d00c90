import { parseArgs } from "node:util";
import { err, ok, type Result } from "#core/base";
import type { Profile } from "./raft/swarm.ts";

/** What `npm run sim -- …` was asked to do. */
export interface SimArguments {
  readonly command: "tour" | "raft" | "gossip" | "log" | "delivery" | "exhaustive";
  readonly seeds: number;
  readonly seed: number | undefined;
  readonly from: number;
  readonly minutes: number | undefined;
  readonly untilFailure: boolean;
  readonly script: string | undefined;
  /** Where the history of one seed's clients goes, as JSON lines. */
  readonly history: string | undefined;
  readonly jobs: number;
  readonly mutant: string | undefined;
  readonly listFaults: boolean;
  readonly listMutants: boolean;
  readonly experiments: boolean;
  readonly verbose: boolean;
  readonly json: boolean;
  readonly profile: Profile | "all";
}

export const usage = `usage: npm run sim                          a tour of about 30 s
       npm run sim -- raft|gossip [options]  run worlds by seed
       npm run sim -- log                    a power failure at every step of a small log
       npm run sim -- delivery [--seeds N]   canary roll-outs by seed (default 10000 each)
       npm run sim:long                      every schedule of a small cluster

  --seeds N           run N seeds (default 500)          --from S         begin with this seed (default 1)
  --seed S            run one seed                       --minutes M      run for M minutes
  --until-failure     run until something breaks         --jobs J         J worker threads (default 1)
  --script FILE       replay an event script             --mutant NAME    with a historic bug put back
  --profile P         plain, membership, disk or all     --list-faults    what a world can do to servers
  --history FILE      with --seed: what clients saw, as JSON lines for any checker
  -v                  print the transcript               --list-mutants   the historic bugs
  --json              results as JSON lines          --experiments    gossip: the figures of docs/gossip.md

exit codes: 0 clean, 1 usage, 2 a promise was broken, 3 no progress, 4 crash, 5 too little happened (void)
`;

const commands = ["tour", "raft", "gossip", "log", "delivery", "exhaustive"] as const;
const profiles = ["plain", "membership", "disk", "all"] as const;

export function parseSimArguments(args: readonly string[]): Result<SimArguments> {
  try {
    return interpret([...args]);
  } catch (error) {
    return err("bad_request", error instanceof Error ? error.message : String(error));
  }
}

function interpret(args: string[]): Result<SimArguments> {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      seeds: { type: "string" },
      seed: { type: "string" },
      from: { type: "string" },
      minutes: { type: "string" },
      jobs: { type: "string" },
      script: { type: "string" },
      history: { type: "string" },
      mutant: { type: "string" },
      profile: { type: "string" },
      "until-failure": { type: "boolean" },
      "list-faults": { type: "boolean" },
      "list-mutants": { type: "boolean" },
      experiments: { type: "boolean" },
      verbose: { type: "boolean", short: "v" },
      json: { type: "boolean" },
      help: { type: "boolean", short: "h" },
    },
  });
  const command = commands.find((name) => name === (positionals[0] ?? "tour"));
  if (command === undefined || positionals.length > 1 || values.help) return err("bad_request", "");
  const profile = profiles.find((name) => name === (values.profile ?? "all"));
  if (profile === undefined) return err("bad_request", `no profile is called ${values.profile}`);
  const numbers = ["seeds", "seed", "from", "minutes", "jobs"] as const;
  for (const name of numbers)
    if (values[name] !== undefined && !(Number(values[name]) >= 0))
      return err("bad_request", `--${name} needs a number`);
  const number = (name: (typeof numbers)[number]): number | undefined =>
    values[name] === undefined ? undefined : Number(values[name]);
  return ok({
    command,
    seeds: number("seeds") ?? (command === "delivery" ? 10_000 : 500),
    seed: number("seed"),
    from: number("from") ?? 1,
    minutes: number("minutes"),
    jobs: Math.max(1, number("jobs") ?? 1),
    untilFailure: values["until-failure"] ?? false,
    script: values.script,
    history: values.history,
    mutant: values.mutant,
    listFaults: values["list-faults"] ?? false,
    listMutants: values["list-mutants"] ?? false,
    experiments: values.experiments ?? false,
    verbose: values.verbose ?? false,
    json: values.json ?? false,
    profile,
  });
}
