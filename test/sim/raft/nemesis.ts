import { Prng } from "#core/base";
import type { MembershipChange } from "#core/raft";
import { ByteLog } from "./byte-log.ts";
import type { SimulatedServer } from "./server.ts";
import type { Action } from "./swarm.ts";
import type { RaftWorld } from "./world.ts";

/** Carries out the drawn actions: each hits the leader or anybody, as the seed prefers. */
export class Nemesis {
  readonly #world: RaftWorld;

  constructor(world: RaftWorld) {
    this.#world = world;
  }

  act(action: Action): void {
    const target = this.#target(action);
    if (target === undefined) return;
    const { narrate, nowMs } = this.#world;
    if (narrate !== undefined)
      narrate(`${nowMs.toFixed(2).padStart(9)} ── ${action.kind} at ${target.id} for ${action.durationMs} ms`);
    if (this.#perform(action, target)) this.#world.fired(action.kind);
  }

  #target(action: Action): SimulatedServer | undefined {
    const { servers, swarm } = this.#world;
    const roll = action.rolls[0] as number;
    if (swarm.isLeaderAimed && (action.rolls[1] as number) < 0.75) return this.#world.leader() ?? servers[0];
    return servers[Math.floor(roll * servers.length)];
  }

  #perform(action: Action, target: SimulatedServer): boolean {
    const world = this.#world;
    const { durationMs: forMs } = action;
    switch (action.kind) {
      case "crash":
        return whenUp(target, () => world.crash(target, forMs));
      case "crash-all":
        for (const server of world.servers) world.crash(server, forMs * (action.rolls[2] as number));
        return true;
      case "partition":
      case "one-way":
      case "bridge":
      case "ring":
      case "isolate-leader":
        this.#cut(action, target);
        return true;
      case "pause":
        target.busyUntilMs = world.nowMs + forMs;
        return target.isUp;
      case "stall":
        return this.#stall(target);
      case "slow-disk":
        target.slowUntilMs = world.nowMs + forMs;
        return true;
      case "clock":
        target.jumpClock(forMs / 3);
        return true;
      case "loss":
        return world.network.dropped > 0;
      case "duplication":
        return world.network.duplicated > 0;
      case "reorder":
        return world.network.reordered > 0;
      case "corruption":
        return world.network.corrupted > 0;
      case "transfer":
        return this.#transfer(action);
      case "membership":
        return this.#change(action);
      case "wipe":
        return this.#wipe(action);
      case "damage":
        return this.#damage(action);
      case "disk-error":
        if (target.log instanceof ByteLog && target.isUp) target.log.failSoon(randomOf(action));
        return false;
      case "disk-full":
        this.#fill(target, forMs);
        return false;
      default:
        return false;
    }
  }

  /** 100 ms stand-stills, five times, every 500 ms: a process that is busy, not dead. */
  #stall(target: SimulatedServer): boolean {
    for (let count = 0; count < 3; count++)
      this.#world.after(count * 500, () => {
        target.busyUntilMs = Math.max(target.busyUntilMs, this.#world.nowMs + 100);
      });
    return target.isUp;
  }

  #cut(action: Action, target: SimulatedServer): void {
    const ids = this.#world.servers.map((server) => server.id);
    const position = ids.indexOf(target.id);
    for (const [from, to] of cuts(action, ids, position))
      this.#world.network.block(from, to, this.#world.nowMs + action.durationMs);
  }

  #transfer(action: Action): boolean {
    const leader = this.#world.leader();
    if (leader === undefined) return false;
    const to = pick(this.#world.servers, action.rolls[3] as number)?.id;
    this.#world.ask(leader, (id) => ({
      type: "transfer-leadership",
      id,
      to: (action.rolls[2] as number) < 0.5 ? to : undefined,
    }));
    return true;
  }

  #change(action: Action): boolean {
    const leader = this.#world.leader();
    const server = pick(this.#world.servers, action.rolls[3] as number);
    if (leader === undefined || server === undefined) return false;
    const change = changeFor(leader, server.id, action.rolls[4] as number);
    this.#world.ask(leader, (id) => ({ type: "change-membership", id, change }), server.id);
    return true;
  }

  /**
   * Only a server outside the voters is wiped, and none that may become one: a voter's loss is a membership change first.
   * Whoever makes a voter of a server that is gone may take the majority away (seed 3005335).
   */
  #wipe(action: Action): boolean {
    const isFree = (server: SimulatedServer): boolean =>
      !this.#world.isAskedAbout(server.id) &&
      this.#world.servers.every((other) =>
        other.raft
          .status()
          .configuration.members.every((member) => member.id !== server.id || member.suffrage === "nonvoter"),
      );
    const free = this.#world.servers.filter(isFree);
    const victim = pick(free, action.rolls[3] as number);
    if (victim === undefined) return false;
    this.#world.wipe(victim);
    return true;
  }

  /** No room for a while; that the disk was full counts once somebody noticed it. */
  #fill({ log }: SimulatedServer, forMs: number): void {
    if (!(log instanceof ByteLog)) return;
    log.setFull(true);
    this.#world.after(2 * forMs, () => log.setFull(false));
  }

  /** The atlas: one server of the first ones only, so that a majority keeps every record whole. */
  #damage(action: Action): boolean {
    const victim = this.#world.servers[this.#world.swarm.seed % this.#world.servers.length];
    if (victim === undefined || !victim.isUp || !(victim.log instanceof ByteLog)) return false;
    const hit = victim.log.damage(randomOf(action));
    this.#world.crash(victim, action.durationMs);
    return hit;
  }
}

function randomOf(action: Action): Prng {
  return new Prng(Math.floor((action.rolls[3] as number) * 2 ** 31));
}

function whenUp(server: SimulatedServer, run: () => void): boolean {
  if (!server.isUp) return false;
  run();
  return true;
}

function pick<T>(items: readonly T[], roll: number): T | undefined {
  return items[Math.floor(roll * items.length)];
}

function changeFor(leader: SimulatedServer, server: string, roll: number): MembershipChange {
  const member = leader.raft.status().configuration.members.find((candidate) => candidate.id === server);
  if (member === undefined) return { type: roll < 0.5 ? "add-nonvoter" : "add-voter", server, address: server };
  if (member.suffrage === "nonvoter") return roll < 0.8 ? { type: "promote", server } : { type: "remove", server };
  return roll < 0.5 ? { type: "demote", server } : { type: "remove", server };
}

/** The ways that a partition closes. */
function cuts(action: Action, ids: readonly string[], position: number): [string, string][] {
  const target = ids[position] as string;
  const others = ids.filter((id) => id !== target);
  const both = (left: string, right: string): [string, string][] => [
    [left, right],
    [right, left],
  ];
  const next = (step: number): string => ids[(position + step) % ids.length] as string;
  const half = 1 + Math.floor((action.rolls[2] as number) * (ids.length - 1));
  const side = Array.from({ length: half }, (_, step) => next(step));
  const rest = ids.filter((id) => !side.includes(id));
  switch (action.kind) {
    case "isolate-leader":
      return others.flatMap((other) => both(target, other));
    case "one-way":
      return (action.rolls[3] as number) < 0.5
        ? others.map((other) => [target, other])
        : others.map((other) => [other, target]);
    case "bridge":
      return side.filter((id) => id !== target).flatMap((left) => rest.flatMap((right) => both(left, right)));
    case "ring":
      return ids.flatMap((id, at) => both(id, ids[(at + 2) % ids.length] as string));
    default:
      return side.flatMap((left) => rest.flatMap((right) => both(left, right)));
  }
}
