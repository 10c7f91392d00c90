import { type LocalEvent, LocalServer, type Outcome } from "./local.ts";
import type { Messages } from "./messages.ts";

/** Where an event leads, or what it breaks. */
export type Transition =
  | { readonly type: "next"; readonly node: number; readonly outcome: Outcome }
  | { readonly type: "violation"; readonly message: string };

interface Node {
  readonly parent: number;
  readonly event: LocalEvent | undefined;
  readonly isUp: boolean;
  readonly isLeader: boolean;
  readonly transitions: Map<number, Transition>;
}

const kinds = ["timeout", "tick", "propose", "crash", "restart", "deliver"] as const;

/**
 * The states of one server that any history brings about. Histories of three servers meet in few of them, so what an
 * event does in a state is found out once, by replaying that server's own events, and then looked up.
 */
export class LocalStates {
  readonly #servers: readonly string[];
  readonly #number: number;
  readonly #messages: Messages;
  readonly #nodes: Node[] = [];
  readonly #ids = new Map<string, number>();

  constructor(servers: readonly string[], number: number, messages: Messages) {
    this.#servers = servers;
    this.#number = number;
    this.#messages = messages;
    this.#intern(new LocalServer(servers, number, messages), -1, undefined);
  }

  get count(): number {
    return this.#nodes.length;
  }

  isUp(node: number): boolean {
    return (this.#nodes[node] as Node).isUp;
  }

  isLeader(node: number): boolean {
    return (this.#nodes[node] as Node).isLeader;
  }

  after(node: number, event: LocalEvent): Transition {
    const { transitions } = this.#nodes[node] as Node;
    const key = (event.number * kinds.length + kinds.indexOf(event.type)) * 2 + (event.isAged ? 1 : 0);
    const known = transitions.get(key);
    if (known !== undefined) return known;
    const found = this.#find(node, event);
    transitions.set(key, found);
    return found;
  }

  #find(node: number, event: LocalEvent): Transition {
    const server = this.#at(node);
    try {
      const outcome = server.take(event);
      return { type: "next", node: this.#intern(server, node, event), outcome };
    } catch (error) {
      return { type: "violation", message: error instanceof Error ? error.message : String(error) };
    }
  }

  #intern(server: LocalServer, parent: number, event: LocalEvent | undefined): number {
    const key = server.fingerprint();
    const known = this.#ids.get(key);
    if (known !== undefined) return known;
    this.#nodes.push({ parent, event, isUp: server.isUp, isLeader: server.isLeader, transitions: new Map() });
    this.#ids.set(key, this.#nodes.length - 1);
    return this.#nodes.length - 1;
  }

  #at(node: number): LocalServer {
    const events: LocalEvent[] = [];
    for (let at = this.#nodes[node] as Node; at.event !== undefined; at = this.#nodes[at.parent] as Node)
      events.push(at.event);
    const server = new LocalServer(this.#servers, this.#number, this.#messages);
    for (const event of events.reverse()) server.take(event);
    return server;
  }
}
